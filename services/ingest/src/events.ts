import type { InputError, RunRef } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const rows = metrics.counter('batchmill_ingested_rows_total', 'Rows that were cut into shards');
  const refused = metrics.counter('batchmill_refused_inputs_total', 'Jobs whose input could not be used');
  return {
    ingested(ref: RunRef, count: number, shards: number): void {
      rows.inc(count);
      log.info({ ...ref, rows: count, shards }, 'input cut into shards');
    },
    refused(ref: RunRef, error: InputError): void {
      refused.inc(1);
      log.warn({ ...ref, problems: error.problems.length }, 'input refused');
    },
  };
};
