import type { SubmissionRef } from '@batchmill/contracts';
import type { ProviderBatch } from '@batchmill/providers';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const ended = metrics.counter('batchmill_batches_ended_total', 'Batches that have ended');
  return {
    ended(ref: SubmissionRef, batch: ProviderBatch): void {
      ended.inc(1);
      log.info({ ...ref, batchId: batch.id, state: batch.state }, 'batch ended');
    },
    vanished(ref: SubmissionRef, batchId: string): void {
      log.error({ ...ref, batchId }, 'the provider no longer knows this batch; its rows count as missing');
    },
  };
};
