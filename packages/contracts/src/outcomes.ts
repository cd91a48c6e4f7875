import { z } from 'zod';

/** What can become of a row in a stage. Literals on the wire: they outlive the code. */
export const OUTCOMES = [
  'ok',
  'skipped',
  'removed',
  'refused',
  'truncated',
  'invalid',
  'failed',
  'expired',
  'cancelled',
  'missing',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

export const outcomeSchema = z.enum(OUTCOMES);

/** Rows with these outcomes enter the next stage; all others end their way here. */
export const goesOn = (outcome: Outcome): boolean => outcome === 'ok' || outcome === 'skipped';

/** Rows by outcome; an outcome nobody had is absent. */
export const outcomeCountsSchema = z.partialRecord(outcomeSchema, z.int().nonnegative());
export type OutcomeCounts = z.infer<typeof outcomeCountsSchema>;

export const addCounts = (a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts => {
  const sum: OutcomeCounts = { ...a };
  for (const outcome of OUTCOMES) {
    const count = (a[outcome] ?? 0) + (b[outcome] ?? 0);
    if (count > 0) sum[outcome] = count;
  }
  return sum;
};

export const totalRows = (counts: OutcomeCounts): number =>
  OUTCOMES.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);

export const rowsGoingOn = (counts: OutcomeCounts): number => (counts.ok ?? 0) + (counts.skipped ?? 0);
