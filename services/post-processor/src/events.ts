import type { AttemptRef, Body, OutcomesRecord } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const rows = metrics.counter('batchmill_accounted_rows_total', 'Rows that got an outcome');
  const again = metrics.counter('batchmill_rows_asked_again_total', 'Rows that go to another attempt');
  const strays = metrics.counter('batchmill_stray_lines_total', 'Lines of provider files that could not be used');
  return {
    accounted(ref: AttemptRef, outcomes: Body<OutcomesRecord>): void {
      const { unknown, duplicate, unparsable } = outcomes.lines;
      rows.inc(outcomes.rows - outcomes.again.rows);
      again.inc(outcomes.again.rows);
      strays.inc(unknown + duplicate + unparsable);
      log.info(
        { ...ref, counts: outcomes.counts, again: outcomes.again.rows, lines: outcomes.lines },
        'rows accounted',
      );
    },
  };
};
