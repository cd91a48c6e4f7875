import { stageName } from '@batchmill/contracts';
import type { StepReport } from '@batchmill/contracts';

/** Rows that were delivered with fewer turns than were wanted, and why. */
export const keptWarnings = (steps: readonly StepReport[]): string[] =>
  steps.flatMap((step) => {
    const reasons = Object.entries(step.kept ?? {});
    if (reasons.length === 0) return [];
    const rows = reasons.reduce((sum, [, count]) => sum + count, 0);
    const why = reasons.map(([reason, count]) => `${reason}: ${count}`).join(', ');
    return [
      `Step "${stageName(step)}" failed for ${rows} ${rows === 1 ? 'row' : 'rows'} (${why}): they keep the turns before it.`,
    ];
  });
