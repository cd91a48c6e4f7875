import type { Fields, Json, Row } from '@batchmill/contracts';
import type { Normalization } from '@batchmill/pipeline';
import { describe, expect, test } from 'vitest';
import { createTransform } from '../index.ts';
import { failureOf } from '../transform-failure.fixture.ts';
import golden from './original-zscores.fixture.json' with { type: 'json' };

const rowWith = (fields: Fields): Row => ({ id: '1', key: 'k', home: 0, line: 1, fields });
const apply = (options: Fields, fields: Fields, key?: string): Row => {
  const stage = { number: '001', step: 's', kind: 'transform' as const, transform: { name: 'normalize', options } };
  const [made] = createTransform(key === undefined ? stage : { ...stage, key }, {}).apply(rowWith(fields));
  if (made === undefined) throw new Error('expected a row');
  return made;
};
const normalized = (x: Json, options: Fields = {}) => {
  const { fields } = apply({ field: 'x', into: 'z', ...options }, { x });
  const reports = fields['normalization'] as unknown as { z: Normalization };
  return { values: fields['z'] as (number | null)[], report: reports.z };
};
const failure = (x: Json, options: Fields = {}): string => failureOf(() => normalized(x, options));

describe('the z-score', () => {
  test.each(golden)('of $in is that of the original', ({ in: values, out }) => {
    const { values: found } = normalized(values);
    expect(found).toHaveLength(out.length);
    // The original computes in 32 bits.
    for (const [index, expected] of out.entries()) expect(found[index]).toBeCloseTo(expected, 4);
  });

  test('divides by the standard deviation of the sample, without an epsilon', () => {
    for (const unit of [1, 1e-12, 1e300]) {
      const { values } = normalized([unit, 3 * unit]);
      expect(values).toEqual([expect.closeTo(-Math.SQRT1_2, 12), expect.closeTo(Math.SQRT1_2, 12)]);
    }
  });

  test('of an empty list is empty, and of one without any value too', () => {
    const nothing = { points: 0, mean: null, std: null, min: null, max: null, constant: false };
    expect(normalized([])).toEqual({ values: [], report: expect.objectContaining({ ...nothing, trimmed: 0 }) });
    expect(normalized([null, null])).toEqual({
      values: [],
      report: expect.objectContaining({ ...nothing, trimmed: 2, missing: 0 }),
    });
  });
});

describe('equal values', () => {
  test.each([[[5, 5, 5]], [[0.1, 0.1, 0.1]], [[0]], [[-1e308, -1e308]]])('%j become 0', (values) => {
    const { values: found, report } = normalized(values);
    expect(found).toEqual(values.map(() => 0));
    expect(report).toMatchObject({ constant: true, mean: values[0], std: values.length > 1 ? 0 : null });
  });

  test('may stay as they are, or reject the row', () => {
    expect(normalized([5, null, 5], { constant: 'keep' }).values).toEqual([5, null, 5]);
    expect(failure([5, 5], { constant: 'reject' })).toMatch(/^constant-series: .*"x" are 5/);
    expect(normalized([5, 5], { method: 'none' }).values).toEqual([5, 5]);
  });
});

describe('other methods', () => {
  test('minmax goes from 0 to 1, for numbers of any size', () => {
    expect(normalized([10, 20, 15], { method: 'minmax' }).values).toEqual([0, 1, 0.5]);
    expect(normalized([-1.7e308, 0, 1.7e308], { method: 'none' }).values).toEqual([-1.7e308, 0, 1.7e308]);
    expect(normalized([0, 5e-324], { method: 'minmax' }).values).toEqual([0, 1]);
  });

  test('none leaves the values and still tells their mean and deviation', () => {
    const { values, report } = normalized([1, null, 3, null], { method: 'none' });
    expect(values).toEqual([1, null, 3]);
    expect(report).toMatchObject({ mean: 2, std: Math.SQRT2, min: 1, max: 3, missing: 1, trimmed: 1 });
  });
});

describe('missing values', () => {
  const gappy = [null, 2, null, null, 8, 6, null];
  test.each([
    ['keep', [null, 2, null, null, 8, 6], 0],
    ['drop', [2, 8, 6], 0],
    ['interpolate', [2, 2, 4, 6, 8, 6], 3],
    ['forward-fill', [2, 2, 2, 2, 8, 6], 3],
  ])('%s gives %j; those at the end are cut off', (missing, expected, filled) => {
    const { values, report } = normalized(gappy, { missing, method: 'none' });
    expect(values).toEqual(expected);
    expect(report).toMatchObject({ missing: 3, filled, trimmed: 1, points: expected.length });
  });

  test('are left out of the mean, and stay null where they are kept', () => {
    const { values, report } = normalized([1, null, 3]);
    expect(values).toEqual([expect.closeTo(-Math.SQRT1_2, 12), null, expect.closeTo(Math.SQRT1_2, 12)]);
    expect(report).toMatchObject({ mean: 2, points: 3, missing: 1, filled: 0 });
  });

  test('may be written as in a file of series; texts of numbers are numbers', () => {
    const { values } = normalized(['1', '', 'NaN', 'na', '9007199254740993', '2.5e1'], { method: 'none' });
    expect(values).toEqual([1, null, null, null, 9007199254740992, 25]);
  });
});

describe('infinite values', () => {
  test.each([['inf'], ['-Infinity'], ['1e999'], [Infinity]])('%s counts as missing', (infinity) => {
    const { values, report } = normalized([1, infinity, 3], { missing: 'interpolate', method: 'none' });
    expect(values).toEqual([1, 2, 3]);
    expect(report).toMatchObject({ infinite: 1, missing: 1, filled: 1 });
  });

  test('reject the row where the pipeline says so', () => {
    expect(failure([1, 'inf', '-inf'], { infinities: 'reject' })).toBe(
      'infinite-values: normalize: the field "x" has 2 infinite values',
    );
  });
});

describe('extreme values', () => {
  const spiky = [...Array.from({ length: 99 }, (_, index) => index % 10), 1000];
  test('beyond so many standard deviations become the limit', () => {
    const { report, values } = normalized(spiky, { clip: { sigma: 3 }, method: 'none' });
    const unclipped = normalized(spiky).report;
    expect(report.clipped).toBe(1);
    expect(values.at(-1)).toBeCloseTo((unclipped.mean ?? 0) + 3 * (unclipped.std ?? 0), 9);
    expect(report.max).toBe(values.at(-1));
  });

  test('beyond the quantiles become them', () => {
    const { values, report } = normalized([0, 1, 2, 3, 4, 5, 6, 7, 8, 100], {
      clip: { quantile: [0.1, 0.9] },
      method: 'none',
    });
    // numpy.quantile gives 0.9 and 17.2
    expect([values[0], values[9]]).toEqual([expect.closeTo(0.9, 12), expect.closeTo(17.2, 12)]);
    expect(report.clipped).toBe(2);
  });

  test('are drawn in to the nearest value that stays', () => {
    // scipy.stats.mstats.winsorize(values, limits=[0.2, 0.2])
    const { values, report } = normalized([92, 19, 101, 58, 1053, 91, 26, 78, 10, 13], {
      winsorize: { quantile: 0.2 },
      method: 'none',
    });
    expect(values).toEqual([92, 19, 92, 58, 92, 91, 26, 78, 19, 19]);
    expect(report.clipped).toBe(4);
  });

  test('of a list with gaps leave the gaps alone', () => {
    expect(normalized([1, null, 2, 90], { winsorize: { quantile: 0.4 }, method: 'none' }).values).toEqual([
      2,
      null,
      2,
      2,
    ]);
  });
});

test('defect 5 of the original: no gap, infinity or constant poisons a series, and no value at the end is lost', () => {
  const series = [
    [1, null, 3, 'inf', 5],
    [4, 4, 4, 4],
    [1, 5, 3],
  ];
  for (const missing of ['keep', 'interpolate']) {
    const made = series.map((one) => normalized(one, { missing, clip: { sigma: 3 } }));
    expect(JSON.stringify(made)).not.toMatch(/NaN|Infinity/);
    expect(made.map(({ values }) => values.length)).toEqual([5, 4, 3]);
    // The last value is the mean: the original took its zero for padding.
    expect(made[2]?.values.at(-1)).toBe(0);
  }
});

test('several fields have their own figures; the row keeps all else, and figures of a step before', () => {
  const before = { normalization: { old: { mean: 1 } }, a: [1, 3], b: [10, null, 30], name: 'n' };
  const frozen = structuredClone(before);
  const { fields } = apply({ field: ['a', 'b'], into: { za: 'a', zb: 'b' }, method: 'minmax' }, before);
  expect(fields).toMatchObject({ a: [1, 3], za: [0, 1], zb: [0, null, 1], name: 'n' });
  expect(Object.keys(fields['normalization'] as Fields)).toEqual(['old', 'za', 'zb']);
  expect(before).toEqual(frozen);
});

test('without into the list is replaced, and the key may use what is known then', () => {
  const made = apply({ field: 'a', method: 'minmax' }, { a: [4, 8] }, '{{ _key }}-{{ normalization.a.points }}');
  expect(made).toMatchObject({
    key: 'k-2',
    fields: { a: [0, 1], normalization: { a: { field: 'a', min: 4, max: 8 } } },
  });
});

test('a field may be made of one that is replaced', () => {
  const { fields } = apply({ field: ['a', 'b'], into: { b: 'a', c: 'b' }, method: 'none' }, { a: [1], b: [2] });
  expect(fields).toMatchObject({ a: [1], b: [1], c: [2] });
});

test.each<[string, Json, string]>([
  [
    'a text in the list',
    [1, 'two'],
    'not-numbers: normalize: the field "x" must be a list of numbers; element 1 is "two"',
  ],
  ['a list in the list', [[1]], 'not-numbers: normalize: the field "x" must be a list of numbers; element 0 is [1]'],
  ['true', [true], 'element 0 is true'],
  ['a text', '[1, 2]', 'found "[1, 2]"'],
  ['null', null, 'found null'],
  ['numbers whose deviation is none', [-1.7e308, 1.7e308], 'numbers-too-large'],
])('%s rejects the row', (_, value, message) => {
  expect(failure(value)).toContain(message);
});

test('an unknown field is told', () => {
  expect(failureOf(() => apply({ field: 'constructor' }, {}))).toContain(
    '"constructor" must be a list of numbers; it is not there',
  );
});
