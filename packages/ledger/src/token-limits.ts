import type { PartPlan, Recut } from '@batchmill/contracts';
import type { AttemptFacts, PartFacts, SubmissionFacts } from './shard-facts.ts';

/** What a stage has learned of a model's waiting tokens; null = nothing. */
export type LearnedLimits = {
  /** What may wait at the provider at once. */
  limitTokens: number | null;
  /** What a part may hold: less, where the provider counts more tokens than we do. */
  cutTokens: number | null;
};

/** Our count of tokens is at most this many times too low; what is refused below that is refused for what others have waiting. */
const UNDERCOUNT = 4;

/** The lowest limits that the provider, or a changed configuration, has told in these attempts. */
export const learnedLimits = (
  attempts: Pick<AttemptFacts, 'parts'>[],
  { provider, model }: Pick<PartPlan, 'provider' | 'model'>,
): LearnedLimits => {
  const learned: LearnedLimits = { limitTokens: null, cutTokens: null };
  for (const { plan, submissions } of attempts.flatMap(({ parts }) => parts)) {
    if (plan.provider !== provider || plan.model !== model) continue;
    for (const submission of submissions) {
      const recut = submission.intent?.recut;
      const named = limitNamed(submission);
      learned.limitTokens = lower(lower(learned.limitTokens, named), recut?.limitTokens);
      learned.cutTokens = lower(lower(learned.cutTokens, named), recut?.cutTokens);
    }
  }
  return learned;
};

/** The lower of two limits, where there are any. */
export const lower = (a: number | null, b: number | null | undefined): number | null =>
  a === null || b === null || b === undefined ? (a ?? b ?? null) : Math.min(a, b);

/**
 * Whether a part can never be placed as it is: above the limit by our own count, or refused for lack of room while
 * nothing else of ours took any, so that the provider counts more than we do. null: it may be placed.
 */
export const recutOf = (part: PartFacts, limitTokens: number | null): Recut | null => {
  const { estimatedTokens, requests } = part.plan;
  if (limitTokens !== null && estimatedTokens > limitTokens) return { limitTokens, cutTokens: limitTokens };
  const last = part.submissions.at(-1);
  if (last === undefined || requests.lines < 2 || !isRefusedAlone(part, last)) return null;
  const named = limitNamed(last) ?? estimatedTokens;
  return { limitTokens: named, cutTokens: Math.max(1, Math.floor(estimatedTokens / 2)) };
};

/** How often the provider had no room for a part though nothing else of ours waited. */
export const refusalsAlone = (part: PartFacts): number =>
  part.submissions.filter((submission) => isRefusedAlone(part, submission)).length;

/** The part was given up for good because it is too large: nobody has asked for its rows. */
export const isRecut = ({ submissions }: Pick<PartFacts, 'submissions'>): boolean =>
  submissions.at(-1)?.intent?.recut !== undefined;

const isRefusedAlone = ({ plan }: PartFacts, submission: SubmissionFacts): boolean => {
  const named = limitNamed(submission);
  return named !== null && submission.intent?.alone === true && plan.estimatedTokens * UNDERCOUNT > named;
};

/** The limit the provider has named when it had no room. */
const limitNamed = ({ refused, ended }: SubmissionFacts): number | null =>
  (refused?.kind === 'pool-full' ? refused.limitTokens : undefined) ??
  (ended?.failure === 'pool-full' ? ended.limitTokens : undefined) ??
  null;
