import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactStatistics } from './exact-statistics.fixture.ts';
import { quantileOf, statisticsOf } from './statistics.ts';

const relativeError = (found: number, exact: number): number =>
  found === exact ? 0 : Math.abs(found - exact) / Math.max(Math.abs(exact), Number.MIN_VALUE);

const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
const tame = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('mean and standard deviation', () => {
  test('are those of whole-number arithmetic, for numbers of any size', () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { minLength: 2, maxLength: 40 }), (values) => {
        const { mean, std, min, max } = statisticsOf(values);
        fc.pre(min !== max && Number.isFinite(std));
        const exact = exactStatistics(values);
        expect(relativeError(std ?? 0, exact.std)).toBeLessThan(1e-12);
        // A mean near zero is the difference of large numbers: its error is measured by them.
        expect(Math.abs(mean / 2 - exact.mean / 2)).toBeLessThanOrEqual(1e-15 * Math.max(max, -min));
      }),
    );
  });

  test('keep their digits where the values differ by little', () => {
    fc.assert(
      fc.property(
        fc.array(tame, { minLength: 2, maxLength: 100 }),
        fc.integer({ min: 6, max: 12 }),
        (values, power) => {
          const shifted = values.map((value) => 10 ** power + value);
          fc.pre(new Set(shifted).size > 1);
          expect(relativeError(statisticsOf(shifted).std ?? 0, exactStatistics(shifted).std)).toBeLessThan(1e-12);
        },
      ),
    );
  });

  test.each([
    [[2, 4, 4, 4, 5, 5, 7, 9], 5, Math.sqrt(32 / 7)],
    [[1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], 1e9 + 10, Math.sqrt(30)],
    [[1e300, -1e300], 0, Math.SQRT2 * 1e300],
  ])('of %j are %d and %d', (values, mean, std) => {
    const found = statisticsOf(values);
    expect(found.mean).toBe(mean);
    expect(found.std).toBeCloseTo(std, 12);
    expect(exactStatistics(values)).toEqual({ mean, std: expect.closeTo(std, 12) as number });
  });

  test('of equal values are that value and 0, of one value there is no deviation', () => {
    expect(statisticsOf([0.1, 0.1, 0.1])).toMatchObject({ mean: 0.1, std: 0, min: 0.1, max: 0.1 });
    expect(statisticsOf([7])).toMatchObject({ mean: 7, std: null });
  });
});

/** numpy.quantile(values, share), numpy 2. */
test.each([
  [[1, 2, 3, 4], 0.25, 1.75],
  [[1, 2, 3, 4], 0.01, 1.03],
  [[3, 7, 8, 5, 12, 14, 21, 13, 18].sort((a, b) => a - b), 0.9, 18.6],
  [[10, 20], 0.5, 15],
  [[10, 20], 1, 20],
  [[10, 20], 0, 10],
  [[5], 0.99, 5],
])('the quantile of %j at %d is %d', (sorted, share, expected) => {
  expect(quantileOf(sorted, share)).toBeCloseTo(expected, 12);
});

test('a quantile lies between its neighbours and grows with its share', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(anyNumber, { minLength: 1, maxLength: 30 }), share, share, (values, a, b) => {
      const sorted = Float64Array.from(values).sort();
      const [low, high] = [quantileOf(sorted, Math.min(a, b)), quantileOf(sorted, Math.max(a, b))];
      expect(low).toBeLessThanOrEqual(high);
      const atMost = (limit: number): number => sorted.filter((value) => value <= limit).length;
      expect(atMost(high)).toBeGreaterThanOrEqual(Math.floor((sorted.length - 1) * Math.max(a, b)) + 1);
    }),
  );
});
