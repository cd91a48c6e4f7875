import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const overdue = metrics.counter('batchmill_overdue_shards_total', 'Shards that were asked again on a clock');
  const rebuilt = metrics.counter('batchmill_redis_rebuilds_total', 'Times Redis was found empty and refilled');
  const failed = metrics.counter('batchmill_reconcile_failures_total', 'Rounds that could not be finished');
  return {
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
      log.warn({ err: error }, 'a round could not be finished; the next one goes on');
    },
  };
};
