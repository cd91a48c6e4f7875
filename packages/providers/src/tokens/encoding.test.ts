import { expect, it } from 'vitest';
import { textCounter } from './encoding.ts';

const count = textCounter('gpt-4o-mini');
const letters = (length: number): string => {
  let state = 7;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCodePoint(97 + (state % 26));
  }).join('');
};

it.each([
  ['letters without a space, as in base64', letters(100_000)],
  ['the same letter', 'x'.repeat(300_000)],
  ['spaces', ' '.repeat(300_000)],
  ['signs', '=-'.repeat(100_000)],
  ['Chinese', '电影'.repeat(100_000)],
])('counts a long run of %s in seconds, not minutes', (_, text) => {
  const startedAt = performance.now();
  expect(count(text)).toBeGreaterThan(1000);
  expect(performance.now() - startedAt).toBeLessThan(8000);
});

it('counts a cut run nearly as a whole one', () => {
  const text = letters(3000);
  const pieces = Array.from({ length: 15 }, (_, index) => count(text.slice(index * 200, index * 200 + 200)));
  expect(count(text)).toBe(pieces.reduce((sum, tokens) => sum + tokens, 0));
  expect(count(`${'word '.repeat(500)}${'x'.repeat(199)}`)).toBe(count('word '.repeat(500)) + count('x'.repeat(199)));
});

it('takes what is beyond any context to be like the beginning', () => {
  expect(count('the film is good. '.repeat(200_000)) / count('the film is good. '.repeat(20_000))).toBeCloseTo(10, 1);
});
