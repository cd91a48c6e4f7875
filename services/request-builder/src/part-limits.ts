import type { Generate } from '@batchmill/contracts';
import { learnedLimits, lower } from '@batchmill/ledger';
import type { AttemptFacts } from '@batchmill/ledger';
import type { BatchProvider } from '@batchmill/providers';

/** What one part may hold, and one request in it. */
export type PartLimits = {
  requests: number;
  bytes: number;
  /** Bytes of one request; a part that holds only one may be as large. */
  line: number;
  /** Prompt tokens of a part, unless one request alone has more; null where no limit is known. */
  tokens: number | null;
  /** Prompt tokens that may wait at the provider at all. */
  requestTokens: number | null;
};

/**
 * A part that is asked live: small enough to be held in memory, to be reserved for within `max_cost`, and to be worked on
 * in minutes.
 */
const LIVE_PART = { requests: 500, bytes: 8 * 1024 * 1024 };

/** The provider's limits and the pipeline's, and what the attempts before this one have learned of waiting tokens. */
export const partLimits = (
  { name, limits }: Pick<BatchProvider, 'name' | 'limits'>,
  { maxRequests = Number.POSITIVE_INFINITY, mode }: Generate,
  model: string,
  before: AttemptFacts[],
): PartLimits => {
  const line = limits.maxBytes;
  if (mode === 'live') {
    // what is asked live waits in no queue of the provider
    const unlimited = { tokens: null, requestTokens: null };
    return { requests: Math.min(LIVE_PART.requests, maxRequests), bytes: LIVE_PART.bytes, line, ...unlimited };
  }
  const { limitTokens, cutTokens } = learnedLimits(before, { provider: name, model });
  const requestTokens = lower(limits.enqueuedTokens(model), limitTokens);
  return {
    requests: Math.min(limits.maxRequests, maxRequests),
    bytes: limits.maxBytes,
    line,
    tokens: lower(requestTokens, cutTokens),
    requestTokens,
  };
};
