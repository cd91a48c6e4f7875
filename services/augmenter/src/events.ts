import type { TransformRef } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const rows = metrics.counter('batchmill_transformed_rows_total', 'Rows that left a transform');
  return {
    transformed(ref: TransformRef, entering: number, leaving: number): void {
      rows.inc(leaving);
      log.info({ ...ref, entering, leaving }, 'rows transformed');
    },
  };
};
