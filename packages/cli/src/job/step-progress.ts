import { goesOn, OUTCOMES, stageName, totalRows } from '@batchmill/contracts';
import type { JobStatus } from '@batchmill/contracts';

export type StepProgress = { step: string; done: number; total: number; batchesOpen: number };

/** Rows done (or answered live) and to do per step. What a step will get is what has entered it, or what the steps before can still give. */
export const stepProgress = (status: JobStatus): StepProgress[] => {
  let coming = status.rows?.entered ?? 0;
  return status.steps.map((step) => {
    const { entering, outcomes, batchesOpen, answered = 0 } = step;
    const total = Math.max(coming, entering);
    const lost = OUTCOMES.reduce((sum, outcome) => sum + (goesOn(outcome) ? 0 : (outcomes[outcome] ?? 0)), 0);
    coming = total - lost;
    return { step: stageName(step), done: totalRows(outcomes) + answered, total, batchesOpen };
  });
};
