import { textTokens } from '../answers/prompt-tokens.ts';
import { HTTP_ERRORS } from '../observed-errors.ts';
import type { SimulatorLimits } from '../options.ts';
import { ApiError, apiProblem } from './api-error.ts';

const MINUTE_MS = 60_000;

/** What is left of a minute's allowance; it fills up evenly. */
type Bucket = { left: number; atMs: number };

export type RateLimit = {
  take(model: string, characters: number): { headers: Record<string, string>; refusal: ApiError | null };
};

/** Requests and tokens per model and real minute, as the answers' `x-ratelimit-*` headers tell them. */
export const createRateLimit = (limits: SimulatorLimits, realNow: () => number): RateLimit => {
  const buckets = new Map<string, Bucket>();

  const refilled = (name: string, most: number): Bucket => {
    const now = realNow();
    const bucket = buckets.get(name) ?? { left: most, atMs: now };
    bucket.left = Math.min(most, bucket.left + ((now - bucket.atMs) / MINUTE_MS) * most);
    bucket.atMs = now;
    buckets.set(name, bucket);
    return bucket;
  };

  return {
    take: (model, characters) => {
      const wanted = { requests: 1, tokens: textTokens(characters) };
      const most = { requests: limits.chatRequestsPerMinute, tokens: limits.chatTokensPerMinute };
      const bucket = {
        requests: refilled(`requests ${model}`, most.requests),
        tokens: refilled(`tokens ${model}`, most.tokens),
      };
      const short = (['requests', 'tokens'] as const).find((kind) => bucket[kind].left < wanted[kind]);
      if (short === undefined) for (const kind of ['requests', 'tokens'] as const) bucket[kind].left -= wanted[kind];
      const headers: Record<string, string> = {};
      for (const kind of ['requests', 'tokens'] as const) {
        headers[`x-ratelimit-limit-${kind}`] = String(most[kind]);
        headers[`x-ratelimit-remaining-${kind}`] = String(Math.max(0, Math.floor(bucket[kind].left)));
        headers[`x-ratelimit-reset-${kind}`] = `${waitMs(bucket[kind].left, most[kind], most[kind])}ms`;
      }
      if (short === undefined) return { headers, refusal: null };
      const retryMs = waitMs(bucket[short].left, wanted[short], most[short]);
      const message = HTTP_ERRORS.rateLimit.message(model, short, most[short]);
      const refusal = new ApiError(apiProblem(HTTP_ERRORS.rateLimit, message), {
        'retry-after': String(Math.ceil(retryMs / 1000)),
        'retry-after-ms': String(retryMs),
      });
      return { headers, refusal };
    },
  };
};

const waitMs = (left: number, wanted: number, most: number): number =>
  Math.max(0, Math.ceil(((wanted - left) / most) * MINUTE_MS));
