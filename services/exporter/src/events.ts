import type { Report, RunRef } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const runs = metrics.counter('batchmill_finished_runs_total', 'Runs that are final, by state', ['state']);
  return {
    finished(ref: RunRef, { state, outcomes, files, paidTwice }: Report): void {
      runs.inc(1, { state });
      log.info({ ...ref, state, outcomes, files: files.length, paidTwice }, 'run finished');
    },
  };
};
