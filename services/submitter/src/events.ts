import type { SubmissionRef, WithdrawnBecause } from '@batchmill/contracts';
import type { Logger, Metrics } from '@batchmill/service-host';

export type Events = ReturnType<typeof createEvents>;

export const createEvents = (log: Logger, metrics: Metrics) => {
  const placed = metrics.counter('batchmill_batches_created_total', 'Batches the provider has accepted');
  const adopted = metrics.counter(
    'batchmill_batches_adopted_total',
    'Batches found at the provider after a lost reply',
  );
  const ambiguous = metrics.counter('batchmill_ambiguous_creates_total', 'Create calls without a certain answer');
  const fenced = metrics.counter('batchmill_fenced_submissions_total', 'Input files deleted as a fence');
  const refused = metrics.counter('batchmill_refused_creates_total', 'Create calls the provider has refused');
  return {
    placed(ref: SubmissionRef, batchId: string): void {
      placed.inc(1);
      log.info({ ...ref, batchId }, 'batch created');
    },
    adopted(ref: SubmissionRef, batchId: string): void {
      adopted.inc(1);
      log.warn({ ...ref, batchId }, 'batch adopted after a lost reply');
    },
    ambiguous(ref: SubmissionRef, cause: Error): void {
      ambiguous.inc(1);
      log.warn(
        { ...ref, cause: cause.message },
        'the create call has no certain answer; it will be resolved, not repeated',
      );
    },
    fenced(ref: SubmissionRef): void {
      fenced.inc(1);
      log.warn({ ...ref }, 'input file deleted as a fence');
    },
    refused(ref: SubmissionRef, kind: string, message: string): void {
      refused.inc(1);
      log.warn({ ...ref, kind, reason: message }, 'the provider refused the batch');
    },
    withdrawn(ref: SubmissionRef, because: WithdrawnBecause): void {
      log.info({ ...ref, because }, 'submission withdrawn');
    },
  };
};
