import type { Fields, Json, Row } from '@batchmill/contracts';
import { CONSTANT_SERIES, INFINITE_VALUES, MISSING_VALUES, NORMALIZE_METHODS } from '@batchmill/pipeline';
import type { Normalization } from '@batchmill/pipeline';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRowTransform } from '../index.ts';

const normalize = (x: Json, options: Fields) => {
  const transform = { name: 'normalize', options: { field: 'x', into: 'z', ...options } };
  const stage = { number: '001', step: 's', kind: 'transform' as const, transform };
  const row: Row = { id: '1', key: 'k', home: 0, line: 1, fields: { x } };
  const made = createRowTransform(stage, {})(row);
  if (made.outcome === 'invalid') return made.reason.code;
  const fields = made.rows[0]?.fields ?? {};
  const { z } = fields['normalization'] as unknown as { z: Normalization };
  return { fields, values: fields['z'] as (number | null)[], report: z };
};

const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
const tame = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const gap = fc.constantFrom(null, 'nan', '');
const infinity = fc.constantFrom('inf', '-Infinity', '1e999');
const listOf = (number: fc.Arbitrary<number>) =>
  fc.array(
    fc.oneof({ weight: 6, arbitrary: number }, { weight: 1, arbitrary: gap }, { weight: 1, arbitrary: infinity }),
    {
      maxLength: 40,
    },
  );
const share = fc.integer({ min: 0, max: 49 }).map((percent) => percent / 100);
const extremes = fc.oneof(
  fc.constant({}),
  fc.record({ clip: fc.record({ sigma: fc.double({ min: 0.01, max: 10, noNaN: true }) }) }),
  fc.record({
    clip: fc.record({
      quantile: fc.tuple(
        share,
        share.map((low) => 0.5 + low),
      ),
    }),
  }),
  fc.record({ winsorize: fc.record({ quantile: share }) }),
);
const options = fc
  .record({
    method: fc.constantFrom(...NORMALIZE_METHODS),
    missing: fc.constantFrom(...MISSING_VALUES),
    infinities: fc.constantFrom(...INFINITE_VALUES),
    constant: fc.constantFrom(...CONSTANT_SERIES),
  })
  .chain((rest) => extremes.map((limits): Fields => ({ ...rest, ...limits })));

test('whatever the list and the options: a row of finite numbers that survives JSON, or a code that says why not', () => {
  fc.assert(
    fc.property(listOf(anyNumber), options, (list, chosen) => {
      const made = normalize(list, chosen);
      if (typeof made === 'string') expect(['infinite-values', 'constant-series', 'numbers-too-large']).toContain(made);
      else {
        expect(JSON.parse(JSON.stringify(made.fields))).toEqual(withoutNegativeZero(made.fields));
        expect(made.values.every((value) => value === null || Number.isFinite(value))).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('every element of the list is accounted for', () => {
  fc.assert(
    fc.property(listOf(tame), options, (list, chosen) => {
      const made = normalize(list, chosen);
      fc.pre(typeof made !== 'string');
      const { report, values } = made;
      const isInfinite = (element: Json): boolean => typeof element === 'string' && /inf|999/i.test(element);
      const gaps = list.filter((element) => typeof element !== 'number').length;
      expect(report.missing + report.trimmed).toBe(gaps);
      expect(report.infinite).toBe(list.filter(isInfinite).length);
      expect(report.points).toBe(values.length);
      const dropped = chosen['missing'] === 'drop' ? report.missing : 0;
      expect(report.points + report.trimmed + dropped).toBe(list.length);
      const nulls = values.filter((value) => value === null).length;
      expect(nulls).toBe(chosen['missing'] === 'keep' ? report.missing : 0);
      expect(report.filled).toBe(report.missing - dropped - nulls);
    }),
  );
});

test('the values can be had back from the z-scores and the figures beside them', () => {
  fc.assert(
    fc.property(fc.array(tame, { minLength: 2, maxLength: 50 }), (list) => {
      const made = normalize(list, {});
      fc.pre(typeof made !== 'string' && !made.report.constant);
      const { mean, std, min, max } = made.report;
      expect([min, max]).toEqual([Math.min(...list), Math.max(...list)]);
      for (const [index, value] of list.entries()) {
        const back = (made.values[index] ?? Number.NaN) * (std ?? Number.NaN) + (mean ?? Number.NaN);
        expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-12 * Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0)));
      }
    }),
  );
});

test('z-scores have the mean 0 and the deviation 1, and minmax reaches from 0 to 1', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 50 }), (list) => {
      fc.pre(new Set(list).size > 1);
      const again = normalize(valuesOf(list, 'zscore'), { method: 'none' });
      if (typeof again === 'string') throw new Error(again);
      expect(again.report.mean).toBeCloseTo(0, 12);
      expect(again.report.std).toBeCloseTo(1, 12);
      const scaled = valuesOf(list, 'minmax');
      expect([Math.min(...scaled), Math.max(...scaled)]).toEqual([0, 1]);
    }),
  );
});

test('clipping moves no value that lies inside, and leaves none outside', () => {
  fc.assert(
    fc.property(
      fc.array(tame, { minLength: 2, maxLength: 50 }),
      fc.double({ min: 0.1, max: 3, noNaN: true }),
      (list, sigma) => {
        const before = normalize(list, { method: 'none' });
        const after = normalize(list, { method: 'none', clip: { sigma } });
        if (typeof before === 'string' || typeof after === 'string') throw new Error('expected rows');
        const { mean, std } = before.report;
        const reach = sigma * (std ?? 0);
        const moved = list.filter((value, index) => value !== after.values[index]);
        expect(after.report.clipped).toBe(moved.length);
        const slack = 1e-9 * Math.max(1, reach);
        for (const value of moved) expect(Math.abs(value - (mean ?? 0))).toBeGreaterThanOrEqual(reach - slack);
        for (const value of after.values)
          expect(Math.abs((value ?? 0) - (mean ?? 0))).toBeLessThanOrEqual(reach + slack);
      },
    ),
  );
});

const valuesOf = (list: number[], method: string): number[] => {
  const made = normalize(list, { method });
  if (typeof made === 'string') throw new Error(made);
  return made.values.map((value) => value ?? Number.NaN);
};

/** JSON has no negative zero. */
const withoutNegativeZero = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? value.map(withoutNegativeZero)
      : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutNegativeZero(one)]))
    : Object.is(value, -0)
      ? 0
      : value;
