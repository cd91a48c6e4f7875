import type { BatchRecord, EndedRecord, PartPlan, ShardRef } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys, parseShardKey, prefixes } from './keys.ts';
import type { Records } from './records.ts';

/** One batch that a shard has had in some stage, with what it asked and what became of it. */
export type ShardBatch = {
  stage: string;
  attempt: number;
  part: number;
  submission: number;
  plan: PartPlan | undefined;
  batch: BatchRecord;
  ended: EndedRecord | null;
};

/** Every batch of a shard over all its stages, in order. */
export const shardBatches = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: ShardRef,
): Promise<ShardBatch[]> => {
  const prefix = prefixes.shard(ref);
  const found: ShardBatch[] = [];
  for await (const { key } of store.list(prefix)) {
    const parsed = parseShardKey(key.slice(prefix.length));
    if (parsed?.kind !== 'submission' || parsed.record !== 'batch') continue;
    const { stage, attempt, part, submission } = parsed;
    const submissionRef = { ...ref, stage, attempt, part, submission };
    const batch = await records.read(keys.batch(submissionRef));
    if (batch === null) continue;
    const plan = (await records.read(keys.plan(submissionRef)))?.parts[part];
    const ended = await records.read(keys.ended(submissionRef));
    found.push({ stage, attempt, part, submission, plan, batch, ended });
  }
  return found;
};
