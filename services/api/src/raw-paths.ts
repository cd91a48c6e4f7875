import type { AttemptRef, RawFile } from '@batchmill/contracts';

/** Which file of an attempt is meant. `checkpoint`: of a live part, from 1. `part` null: answers known before. */
export type RawName = { part: number | null; checkpoint?: number; kind: RawFile['kind'] };

export type RawPlace = RawName & Pick<AttemptRef, 'run' | 'shard' | 'stage' | 'attempt'>;

/** Where a raw file lies below the folder of all of them. */
export const rawPath = (
  { run, shard, stage, attempt }: Pick<AttemptRef, 'run' | 'shard' | 'stage' | 'attempt'>,
  step: string,
  { part, checkpoint, kind }: RawName,
): string => {
  const name = part === null ? 'given' : `part-${part}`;
  const chunk = checkpoint === undefined ? '' : `.checkpoint-${checkpoint}`;
  return `run-${run}/${stage}-${step}/shard-${shard}/attempt-${attempt}/${name}${chunk}.${kind}.jsonl`;
};

const PATH =
  /^run-(\d{1,6})\/(\d{3})-([a-z0-9_-]+)\/shard-(\d{1,9})\/attempt-(\d{1,6})\/(?:given|part-(\d{1,6}))(?:\.checkpoint-(\d{1,6}))?\.(requests|output|errors)\.jsonl$/;

/** What such a path names; null where it is none. */
export const parseRawPath = (path: string): RawPlace | null => {
  const match = PATH.exec(path);
  if (match === null) return null;
  const [, run, stage = '', step = '', shard, attempt, part, checkpoint, kind] = match;
  const place: RawPlace = {
    run: Number(run),
    stage,
    shard: Number(shard),
    attempt: Number(attempt),
    part: part === undefined ? null : Number(part),
    kind: kind as RawFile['kind'],
    ...(checkpoint === undefined ? {} : { checkpoint: Number(checkpoint) }),
  };
  // one file has one path
  return rawPath(place, step, place) === path ? place : null;
};
