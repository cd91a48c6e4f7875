import { batchEnded, parseCustomId, resultsStored } from '@batchmill/contracts';
import type { PlanRecord } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { linesIn } from './lines-in.ts';
import type { MemoryStore } from './memory-store.ts';
import { quarantinedWork } from './quarantined-work.ts';
import type { SampleJob } from './sample-job.ts';

/** What may have come to nothing, since the work that would have used it was given up; anything else must be there. */
export type GivenUpBook = {
  /** The shard was given up at all. */
  shard(shard: number): boolean;
  /** The answers of a part, by the folder of the part, were never to be fetched. */
  retrieving(part: string): boolean;
  /** The answers of this row in some attempt of the stage were never to be fetched. */
  retrievingOf(shard: number, stage: string, row: string): boolean;
  /** Some attempt of the stage was never to be accounted. */
  accounting(shard: number, stage: string): boolean;
};

export const readGivenUp = (store: MemoryStore, { run }: SampleJob): GivenUpBook => {
  const given = quarantinedWork(store, run);
  const parts = given.flatMap(({ shard, record: { queue, stage, attempt, part } }) => {
    if (queue !== batchEnded.name || attempt === undefined || part === undefined) return [];
    return [{ ...run, shard, stage, attempt, part }];
  });
  const folders = new Set(parts.map((ref) => keys.results(ref).key.replace('/results.json', '')));
  return {
    shard: (shard) => given.some((one) => one.shard === shard),
    retrieving: (part) => folders.has(part),
    retrievingOf: (shard, stage, row) =>
      parts.some((ref) => {
        if (ref.shard !== shard || ref.stage !== stage) return false;
        const plan = store.json(keys.plan(ref).key) as PlanRecord | null;
        const requests = linesIn<{ custom_id: string }>(store, plan?.parts[ref.part]?.requests ?? null);
        return requests.some(({ custom_id: id }) => parseCustomId(id)?.row === row);
      }),
    accounting: (shard, stage) =>
      given.some((one) => one.shard === shard && one.record.stage === stage && one.record.queue === resultsStored.name),
  };
};
