import { prefixes } from '@batchmill/ledger';
import type { QuarantinedRecord, RunRef } from '@batchmill/contracts';
import type { MemoryStore } from './memory-store.ts';

/** What was given up in a run, by shard: first why the shard was, then what failed while it was wound up. */
export const quarantinedWork = (store: MemoryStore, run: RunRef): { shard: number; record: QuarantinedRecord }[] => {
  const prefix = prefixes.quarantinedShards(run);
  // `0.json` stands before `0/…`
  return store.listed(prefix).map(({ key }) => ({
    shard: Number.parseInt(key.slice(prefix.length), 10),
    record: store.json(key) as QuarantinedRecord,
  }));
};
