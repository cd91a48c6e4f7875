import { expect, test } from 'vitest';
import { createAllowanceMirror } from './allowance-mirror.ts';
import type { AllowanceMirror } from './allowance-mirror.ts';

/** Ten a second; of ten, all were used but these. */
const left = (remaining: number) => ({ limit: 10, remaining, resetMs: (10 - remaining) * 100 });

/** One request from then to then, whose answer tells this. */
const exchange = (mirror: AllowanceMirror, sentAtMs: number, atMs: number, remaining: number): void => {
  mirror.sent(sentAtMs, 1);
  mirror.ended(atMs, { sentAtMs, amount: 1 }, left(remaining));
};

test('before anything is told, nobody waits', () => {
  const mirror = createAllowanceMirror();
  mirror.sent(0, 1);
  expect([mirror.waitMs(0, 1), mirror.isTold]).toEqual([0, false]);
});

test('what is used up comes back at the rate of the reset time; two are kept back', () => {
  const mirror = createAllowanceMirror();
  exchange(mirror, 0, 0, 1);
  expect(mirror.isTold).toBe(true);
  expect(mirror.waitMs(0, 1)).toBe(200);
  expect(mirror.waitMs(200, 1)).toBe(0);
  mirror.sent(200, 1);
  expect(mirror.waitMs(200, 1)).toBe(100);
});

test('what is under way may be counted by the provider or not: it is never taken for free', () => {
  const mirror = createAllowanceMirror();
  for (let sent = 0; sent < 4; sent += 1) mirror.sent(0, 1);
  exchange(mirror, 0, 0, 6);
  // 6 are told, and 4 may still come off
  expect(mirror.waitMs(0, 1)).toBe(100);
});

test('a lower number is believed at once; a higher one at once but for what is under way', () => {
  const mirror = createAllowanceMirror();
  exchange(mirror, 0, 0, 9);
  exchange(mirror, 0, 1, 1);
  expect(mirror.waitMs(1, 1)).toBe(200);
  exchange(mirror, 1, 2, 9);
  expect(mirror.waitMs(2, 1)).toBe(0);
});

test('after a refusal nothing comes back before its time, whatever earlier requests are told', () => {
  const mirror = createAllowanceMirror();
  exchange(mirror, 0, 0, 5);
  mirror.sent(5, 1);
  mirror.empty(1000);
  expect(mirror.waitMs(10, 1)).toBeGreaterThan(1000);
  mirror.ended(10, { sentAtMs: 5, amount: 1 }, left(5));
  expect(mirror.waitMs(10, 1)).toBeGreaterThan(1000);
  exchange(mirror, 1050, 1100, 9);
  expect(mirror.waitMs(1100, 1)).toBe(0);
});

test('what is larger than the whole limit waits for all of it, not for ever', () => {
  const mirror = createAllowanceMirror();
  exchange(mirror, 0, 0, 5);
  expect(mirror.waitMs(0, 50)).toBe(500);
});
