import type { RunRef, ShardRef } from '@batchmill/contracts';
import { keys, parseShardKey, prefixes } from '@batchmill/ledger';
import type { Ledger, RecordKey } from '@batchmill/ledger';

/** When each thing happened to a batch, by the records about it (ms since 1970), in this order. */
export type BatchTimes = {
  shard: number;
  stage: string;
  attempt: number;
  planned: number;
  uploaded: number;
  /** The one call that creates it follows. */
  claimed: number;
  created: number;
  /** Found ended by the poller. */
  ended: number;
  fetched: number;
  accounted: number;
};

/** Of every batch of a run that has ended. */
export const batchTimes = async (ledger: Ledger, run: RunRef): Promise<BatchTimes[]> => {
  const shards = (await ledger.read(keys.shards(run)))?.shards ?? 0;
  const times: BatchTimes[] = [];
  for (let shard = 0; shard < shards; shard += 1) times.push(...(await timesOfShard(ledger, { ...run, shard })));
  return times;
};

const timesOfShard = async (ledger: Ledger, ref: ShardRef): Promise<BatchTimes[]> => {
  const times: BatchTimes[] = [];
  const prefix = prefixes.shard(ref);
  for await (const { key } of ledger.store.list(prefix)) {
    const found = parseShardKey(key.slice(prefix.length));
    if (found?.kind !== 'submission' || found.record !== 'ended') continue;
    const { stage, attempt, part, submission } = found;
    const place = { ...ref, stage, attempt, part, submission };
    const at = async (record: RecordKey<{ at: number }>): Promise<number> => {
      const { at: ms } = (await ledger.read(record)) ?? {};
      if (ms === undefined) throw new Error(`${key} is there, and ${record.key} is not`);
      return ms;
    };
    times.push({
      ...{ shard: ref.shard, stage, attempt },
      planned: await at(keys.plan(place)),
      uploaded: await at(keys.file(place)),
      claimed: await at(keys.intent(place)),
      created: await at(keys.batch(place)),
      ended: await at(keys.ended(place)),
      fetched: await at(keys.results(place)),
      accounted: await at(keys.outcomes(place)),
    });
  }
  return times;
};
