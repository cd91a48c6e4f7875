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
  const rogue = metrics.counter(
    'batchmill_duplicate_batches_total',
    'Batches of ours beside the recorded one: cancelled',
  );
  return {
    adopted(ref: SubmissionRef, batchId: string): void {
      adopted.inc(1);
      log.warn({ ...ref, batchId }, 'the audit found a batch that was not recorded; it is adopted');
    },
    rogue(ref: SubmissionRef, batchId: string): void {
      rogue.inc(1);
      log.error({ ...ref, batchId }, 'the audit found a second batch for a submission; it is cancelled');
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
