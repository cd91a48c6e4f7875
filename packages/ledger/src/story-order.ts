import type { ShardKey } from './keys.ts';

const RECORDS = ['file', 'intent', 'fenced', 'refused', 'batch', 'cancel-sent', 'ended'];

/** Orders the records of a shard as they come of each other, whatever their clocks say. */
export const byCause = (a: ShardKey, b: ShardKey): number => {
  const [left, right] = [placeOf(a), placeOf(b)];
  for (const [at, place] of left.entries()) {
    const difference = place - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** Stage, attempt, then plan → submissions or chunks, part by part → results → outcomes; a stage is closed after its last attempt. */
const placeOf = (key: ShardKey): number[] => {
  const stage = Number(key.stage);
  switch (key.kind) {
    case 'closed':
      return [stage, Infinity, 0, 0, 0, 0];
    case 'plan':
      return [stage, key.attempt, 0, 0, 0, 0];
    case 'submission':
      return [stage, key.attempt, 1, key.part, key.submission, RECORDS.indexOf(key.record)];
    case 'chunk':
      return [stage, key.attempt, 1, key.part, key.chunk, 0];
    case 'results':
      return [stage, key.attempt, 2, key.part, 0, 0];
    case 'outcomes':
      return [stage, key.attempt, 3, 0, 0, 0];
  }
};
