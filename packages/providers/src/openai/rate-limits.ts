import type { Allowance, RateLimits } from '../chat-provider.ts';
import type { HeaderReader } from './retry-after.ts';

/** The `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` headers (providers.md 1.13). */
export const readRateLimits = (header: HeaderReader): RateLimits => {
  const requests = readAllowance(header, 'requests');
  const tokens = readAllowance(header, 'tokens');
  return { ...(requests === null ? {} : { requests }), ...(tokens === null ? {} : { tokens }) };
};

const readAllowance = (header: HeaderReader, of: 'requests' | 'tokens'): Allowance | null => {
  const limit = readNumber(header(`x-ratelimit-limit-${of}`));
  const remaining = readNumber(header(`x-ratelimit-remaining-${of}`));
  const resetMs = readDurationMs(header(`x-ratelimit-reset-${of}`) ?? '');
  return limit === null || remaining === null || resetMs === null ? null : { limit, remaining, resetMs };
};

const readNumber = (text: string | null | undefined): number | null =>
  /^\d+(\.\d+)?$/.test(text ?? '') ? Number(text) : null;

const UNITS_MS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** `6m0s`, `1.5s`, `120ms`, or a bare number of seconds. */
const readDurationMs = (text: string): number | null => {
  const seconds = readNumber(text);
  if (seconds !== null) return seconds * 1000;
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return null;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNITS_MS[unit ?? ''] ?? 0),
    0,
  );
};
