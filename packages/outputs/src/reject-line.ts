import type { RejectedRow } from '@batchmill/contracts';

/** One line of `rejects.jsonl`: which row ended where, why, and with what. */
export const rejectLine = ({ key, step, stage, outcome, reason, attempts, fields, raw }: RejectedRow): string =>
  `${JSON.stringify({ key, step, stage, outcome, reason, attempts, ...(raw === undefined ? {} : { raw }), fields })}\n`;
