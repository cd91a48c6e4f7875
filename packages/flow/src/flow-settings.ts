import type { SubmissionSettings } from '@batchmill/ledger';

export type FlowSettings = SubmissionSettings & {
  /** How long a task may take (ms) before the reconciler asks again. */
  overdueMs: number;
};

export const defaultFlowSettings: FlowSettings = {
  leaseMs: 150_000,
  settleMs: 120_000,
  backoffMs: 5000,
  maxBackoffMs: 600_000,
  maxFailures: 3,
  // with this back-off the last of them comes after an hour
  maxRefusalsAlone: 12,
  overdueMs: 15_000,
};
