import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plotSize, plotSvg } from '../index.ts';
import type { PlotOptions, Series } from '../index.ts';
import { niceTicks } from './ticks.ts';

const plotOf = (series: Series, options: PlotOptions = {}): string => plotSvg([{ name: 'series', series }], options);

/** As the original scripts draw, at 100 dots per inch. */
test.each([
  [1, 1200, 600],
  [499, 1200, 600],
  [500, 1500, 500],
  [1499, 1500, 500],
  [1500, 1800, 400],
  [9919, 1800, 400],
])('a series of %i points is drawn on %i × %i pixels', (points, width, height) => {
  expect(plotSize(points)).toEqual({ width, height });
  expect(plotOf(Array.from({ length: points }, () => 1))).toContain(`width="${width}" height="${height}"`);
});

describe('ticks', () => {
  test.each([
    [348, 955, ['400', '500', '600', '700', '800', '900']],
    [-0.5, 9.5, ['0', '2', '4', '6', '8']],
    [-2.5, 8.5, ['\u22122', '0', '2', '4', '6', '8']],
    [0, 1, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [4.75, 5.25, ['4.8', '4.9', '5.0', '5.1', '5.2']],
    [-1, 20, ['0.0', '2.5', '5.0', '7.5', '10.0', '12.5', '15.0', '17.5', '20.0']],
  ])('from %d to %d', (low, high, labels) => {
    expect(niceTicks(low, high, { maxIntervals: 9 }).labels).toEqual(labels);
  });

  test('very large and very small numbers share a power of ten', () => {
    expect(niceTicks(-3e7, 3e7, { maxIntervals: 9 })).toMatchObject({
      exponent: 7,
      labels: expect.arrayContaining(['3']),
    });
    expect(niceTicks(0, 4e-7, { maxIntervals: 9 })).toMatchObject({
      exponent: -7,
      labels: expect.arrayContaining(['4.0']),
    });
  });

  test('a whole step is kept where asked for', () => {
    expect(niceTicks(-0.1, 2.1, { maxIntervals: 9, minStep: 1 }).labels).toEqual(['0', '1', '2']);
  });

  test('ticks lie inside the range, are evenly spaced and few, for any range', () => {
    const number = fc.double({ min: -1e200, max: 1e200, noNaN: true });
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(high - low > Math.max(1e-300, Math.abs(low) * 1e-6, Math.abs(high) * 1e-6));
        const { values, labels } = niceTicks(low, high, { maxIntervals: 9 });
        expect(values.length).toBeGreaterThan(1);
        expect(values.length).toBeLessThanOrEqual(10);
        expect(new Set(labels).size).toBe(labels.length);
        const slack = (high - low) * 1e-6;
        for (const value of values) expect(value >= low - slack && value <= high + slack).toBe(true);
      }),
    );
  });
});

const count = (svg: string, piece: string): number => svg.split(piece).length - 1;

describe('the line', () => {
  test('gaps break it, and a sample alone is a dot', () => {
    const svg = plotOf([1, 2, null, 4, null, 5, 6]);
    expect(count(svg, '<circle')).toBe(1);
    expect(count(svg, 'stroke="#1f77b4"')).toBe(2);
  });

  test.each([[[5]], [[3, 3, 3]], [[0, 0]], [[null, 1e-300, null]], [[1e300, 0]], [[5e-324, 0]]])(
    '%j has a picture with finite places only',
    (series) => {
      const svg = plotOf(series);
      expect(svg).toMatch(/<circle|stroke="#1f77b4"/);
      expect(svg).not.toMatch(/NaN|Infinity/);
    },
  );

  test.each([[[]], [[null]], [[Number.NaN]], [[-1.7e308, 1.7e308]]])('%j has none', (series) => {
    expect(() => plotOf(series)).toThrow(RangeError);
  });

  test('a very long series keeps its extremes and stays small', () => {
    const series = Array.from({ length: 300_000 }, (_, index) => Math.sin(index / 40));
    series[150_000] = 50;
    const svg = plotOf(series);
    expect(svg.length).toBeLessThan(200_000);
    const highest = Math.min(...[...svg.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y)));
    expect(highest).toBeLessThan(40);
  });
});
