import type { Generate } from '@batchmill/contracts';
import { learnedLimits, lower } from '@batchmill/ledger';
import type { AttemptFacts } from '@batchmill/ledger';
import type { BatchProvider } from '@batchmill/providers';

/** What one part may hold, and one request in it. */
export type PartLimits = {
  requests: number;
  bytes: number;
  /** Prompt tokens of a part, unless one request alone has more; null where no limit is known. */
  tokens: number | null;
  /** Prompt tokens that may wait at the provider at all. */
  requestTokens: number | null;
};

/** The provider's limits and the pipeline's, and what the attempts before this one have learned of waiting tokens. */
export const partLimits = (
  { name, limits }: BatchProvider,
  { maxRequests }: Generate,
  model: string,
  before: AttemptFacts[],
): PartLimits => {
  const { limitTokens, cutTokens } = learnedLimits(before, { provider: name, model });
  const requestTokens = lower(limits.enqueuedTokens(model), limitTokens);
  return {
    requests: Math.min(limits.maxRequests, maxRequests ?? Number.POSITIVE_INFINITY),
    bytes: limits.maxBytes,
    tokens: lower(requestTokens, cutTokens),
    requestTokens,
  };
};
