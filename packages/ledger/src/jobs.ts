import type { DoneRecord, JobRecord, RunFailedRecord, RunRef, ShardsRecord } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys, prefixes } from './keys.ts';
import type { Records } from './records.ts';

type Backing = { store: ObjectStore; records: Records };
type JobRef = { tenant: string; job: string };

/** Number of the job's newest run; 0 before the first. */
export const latestRun = async ({ store }: Backing, ref: JobRef): Promise<number> => {
  const prefix = prefixes.runs(ref);
  let latest = 0;
  for await (const folder of store.listPrefixes(prefix)) {
    latest = Math.max(latest, Number.parseInt(folder.slice(prefix.length), 10));
  }
  return latest;
};

/** Runs that are not final, newest job first. */
export async function* openRuns({ store, records }: Backing, tenant: string): AsyncGenerator<RunRef> {
  const prefix = prefixes.open(tenant);
  for await (const { key } of store.list(prefix)) {
    const job = key.slice(prefix.length, -'.json'.length);
    const run = await latestRun({ store, records }, { tenant, job });
    if (run > 0) yield { tenant, job, run };
  }
}

/** What the ledger says of a run as a whole. */
export type RunFacts = {
  job: JobRecord;
  shards: ShardsRecord | null;
  failed: RunFailedRecord | null;
  done: DoneRecord | null;
};

export const loadRunFacts = async ({ records }: Backing, ref: RunRef): Promise<RunFacts | null> => {
  const job = await records.read(keys.job(ref));
  if (job === null) return null;
  const [shards, failed, done] = await Promise.all([
    records.read(keys.shards(ref)),
    records.read(keys.runFailed(ref)),
    records.read(keys.done(ref)),
  ]);
  return { job, shards, failed, done };
};

/** Numbers of the run's shards that are closed, ascending. */
export const closedShardNumbers = async ({ store }: Backing, ref: RunRef): Promise<number[]> => {
  const prefix = prefixes.closedShards(ref);
  const numbers: number[] = [];
  for await (const { key } of store.list(prefix)) numbers.push(Number.parseInt(key.slice(prefix.length), 10));
  return numbers.sort((a, b) => a - b);
};
