import type { PartRef } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const rows = metrics.counter('batchmill_live_rows_total', 'Rows of live parts that are settled and recorded');
  const again = metrics.counter('batchmill_live_retries_total', 'Live requests sent again, by reason', ['reason']);
  const underWay = metrics.gauge('batchmill_live_requests_under_way', 'Live requests under way now');
  return {
    began(ref: PartRef, requests: number, checkpoints: number): void {
      log.info({ ...ref, requests, checkpoints }, 'live part begun');
    },
    recorded(settled: number, requestsUnderWay: number): void {
      rows.inc(settled);
      underWay.set(requestsUnderWay);
    },
    retried(reason: string): void {
      again.inc(1, { reason });
    },
    ended(ref: PartRef, end: string): void {
      if (end === 'displaced') log.warn({ ...ref }, 'another runner has taken over the live part');
      else log.info({ ...ref, end }, 'live part left');
    },
    stored(ref: PartRef, lines: number): void {
      log.info({ ...ref, lines }, 'live results stored');
    },
  };
};
