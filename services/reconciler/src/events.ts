import type { SubmissionRef } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const overdue = metrics.counter('batchmill_overdue_shards_total', 'Shards that were asked again on a clock');
  const rebuilt = metrics.counter('batchmill_redis_rebuilds_total', 'Times Redis was found empty and refilled');
  const failed = metrics.counter('batchmill_reconcile_failures_total', 'Rounds that could not be finished');
  const adopted = metrics.counter(
    'batchmill_audit_adopted_total',
    'Batches found by the audit that nobody had recorded',
  );
  const rogue = metrics.counter('batchmill_duplicate_batches_total', 'Batches of ours that no record names: cancelled');
  const collected = metrics.counter('batchmill_collected_blobs_total', 'Blobs deleted since no record named them');
  const collectedBytes = metrics.counter('batchmill_collected_bytes_total', 'Their bytes');
  const notCollected = metrics.counter(
    'batchmill_uncollected_prefixes_total',
    'Times a job, or the uploads, were left alone for a record that cannot be understood',
  );
  return {
    collected(prefix: string, { blobs, bytes }: { blobs: number; bytes: number }): void {
      collected.inc(blobs);
      collectedBytes.inc(bytes);
      log.info({ prefix, blobs, bytes }, 'blobs that no record names are deleted');
    },
    notCollected(prefix: string, error: unknown): void {
      notCollected.inc(1);
      log.error({ prefix, err: error }, 'a record cannot be understood: no blob here is deleted');
    },
    adopted(ref: SubmissionRef, batchId: string): void {
      adopted.inc(1);
      log.warn({ ...ref, batchId }, 'the audit found a batch that was not recorded; it is adopted');
    },
    rogue(of: SubmissionRef | { submission: string }, batchId: string, cancelled: string): void {
      rogue.inc(1);
      log.error({ ...of, batchId, cancelled }, 'the audit found a batch of ours that no record names; it is cancelled');
    },
    overdue(shards: number): void {
      overdue.inc(shards);
      if (shards > 0) log.info({ shards }, 'overdue shards asked what comes next');
    },
    rebuilt(runs: number): void {
      rebuilt.inc(1);
      log.warn({ runs }, 'Redis was empty: queues, pools and progress are rebuilt from the ledger');
    },
    failed(error: unknown): void {
      failed.inc(1);
      log.warn({ err: error }, 'a round, or one run or shard of it, could not be finished; it is tried again');
    },
  };
};
