import { expect, test } from 'vitest';
import { readRateLimits } from './rate-limits.ts';

const resetMs = (reset: string): number | undefined =>
  readRateLimits(
    (name) =>
      ({
        'x-ratelimit-limit-requests': '10',
        'x-ratelimit-remaining-requests': '9',
        'x-ratelimit-reset-requests': reset,
      })[name],
  ).requests?.resetMs;

test.each([
  ['120ms', 120],
  ['1s', 1000],
  ['8.64s', 8640],
  ['6m0s', 360_000],
  ['1h2m3s', 3_723_000],
  ['12', 12_000],
])('a reset of %s is %i ms', (text, expected) => {
  expect(resetMs(text)).toBe(expected);
});

test.each(['', 'soon', '1 s', '-1s', '2026-11-20T00:00:00Z'])('a reset "%s" is none', (text) => {
  expect(resetMs(text)).toBeUndefined();
});

test('a limit of which only a part is told is not told', () => {
  expect(readRateLimits((name) => (name.includes('limit-requests') ? '10' : null))).toEqual({});
});
