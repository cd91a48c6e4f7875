import type { BatchProvider, ProviderBatch } from '@batchmill/providers';

/** A batch of ours as the provider shows it now; null = it does not know it any more. */
export type BatchState = { batchId: string; batch: ProviderBatch | null };

const SINGLY_UP_TO = 2;
const LISTED_AT_MOST = 2000;

/** Asks for the states of open batches: a few one by one, many by list; singly again for what the list did not show. */
export async function* batchStates(provider: BatchProvider, batchIds: readonly string[]): AsyncGenerator<BatchState> {
  const wanted = new Set(batchIds);
  if (wanted.size > SINGLY_UP_TO && provider.capabilities.list) {
    let listed = 0;
    for await (const batch of provider.listBatches()) {
      listed += 1;
      if (wanted.delete(batch.id)) yield { batchId: batch.id, batch };
      if (wanted.size === 0 || listed >= LISTED_AT_MOST) break;
    }
  }
  for (const batchId of wanted) yield { batchId, batch: await provider.getBatch(batchId) };
}
