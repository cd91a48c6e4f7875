import { addCounts } from '@batchmill/contracts';
import type { KeptRows, Outcome } from '@batchmill/contracts';

/** One more row that goes on although its turn failed. */
export const countKept = (
  { outcomes, reasons }: KeptRows = { outcomes: {}, reasons: {} },
  { outcome, code }: { outcome: Outcome; code: string },
): KeptRows => ({
  outcomes: addCounts(outcomes, { [outcome]: 1 }),
  reasons: { ...reasons, [code]: (reasons[code] ?? 0) + 1 },
});
