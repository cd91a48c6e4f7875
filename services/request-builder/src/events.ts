import type { AttemptRef } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const requests = metrics.counter('batchmill_built_requests_total', 'Requests written to parts');
  const unaskable = metrics.counter('batchmill_unaskable_rows_total', 'Rows whose request could not be made');
  return {
    planned(ref: AttemptRef, asked: number, parts: number, failed: number): void {
      requests.inc(asked);
      unaskable.inc(failed);
      log.info({ ...ref, asked, parts, unaskable: failed }, 'requests built');
    },
  };
};
