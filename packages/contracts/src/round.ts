import { z } from 'zod';

/**
 * The place of a stage in rounds that are repeated. A row has its turns so far in `into`; the fields of the turn under way
 * stand on the row itself, and become a turn when the round closes.
 */
export const roundSchema = z.strictObject({
  /** From 1; absent = whichever is next for each row, where a step is taken by itself. */
  number: z.int().positive().optional(),
  times: z.int().positive(),
  /** Field with the list of turns. */
  into: z.string(),
  /** Field whose turns a row begins with: a list of turns, or a map `question_0`, `answer_0`, … */
  from: z.string(),
  /** What makes up a turn, in the order in which the steps make it. */
  fields: z.array(z.string()).min(1),
  /** Of these, those that the steps before this one make. */
  before: z.array(z.string()),
  /** Whether this is the first stage of its round, and the last one. */
  opens: z.boolean(),
  closes: z.boolean(),
  /** What becomes of a row whose turn fails: it goes on with the turns before, or it is rejected. */
  onFailure: z.enum(['keep', 'reject']),
});
export type Round = z.infer<typeof roundSchema>;

/** What people call a stage: its step, and which round of how many. */
export const stageName = ({
  step,
  round,
}: {
  step: string;
  round?: { number?: number; times: number } | undefined;
}): string => (round?.number === undefined ? step : `${step} ${round.number}/${round.times}`);
