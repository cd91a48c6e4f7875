import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTransform } from './index.ts';
import { failureOf } from './transform-failure.fixture.ts';
import { compareRowIds, rowIdSchema } from '@batchmill/contracts';
import type { Fields, Json, Row } from '@batchmill/contracts';

const row: Row = { id: '1a', key: 'k', home: 2, line: 7, fields: { word: 'tree', list: ['a', 'b'] } };

const apply = (
  name: string,
  options: Json,
  { key, vars = {}, to = row }: { key?: string; vars?: Fields; to?: Row } = {},
) => {
  const stage = { number: '001', step: 's', kind: 'transform' as const, transform: { name, options } };
  return createTransform(key === undefined ? stage : { ...stage, key }, vars).apply(to);
};
describe('derive', () => {
  test('adds fields in order, with their types, and leaves the rest of the row alone', () => {
    const made = apply('derive', {
      count: '{{ list | size }}',
      text: '{{ word }} {{ count }}',
      rest: '{{ list | pop }}',
    });
    expect(made).toEqual([{ ...row, fields: { ...row.fields, count: 2, text: 'tree 2', rest: ['a'] } }]);
  });

  test('may replace a field, and does not change the row it was given', () => {
    const before = structuredClone(row);
    expect(apply('derive', { word: '{{ word | upcase }}' })[0]?.fields['word']).toBe('TREE');
    expect(row).toEqual(before);
  });

  test('sees vars and the reserved fields, and may make a new key', () => {
    const [made] = apply(
      'derive',
      { a: '{{ vars.x }}{{ _key }}{{ _line }}' },
      { vars: { x: 1 }, key: '{{ _key }}-{{ a }}' },
    );
    expect(made).toMatchObject({ id: '1a', key: 'k-1k7', fields: { a: '1k7' } });
  });

  test('an unknown field is told with the place', () => {
    expect(failureOf(() => apply('derive', { a: '{{ none }}' }))).toBe(
      'unknown-field: derive.a: unknown field "none" (line 1, column 4)',
    );
  });
});

describe('expand', () => {
  test('makes a copy for each element, with id, key, parent and number', () => {
    expect(apply('expand', { lang: ['en', 'fr'] })).toEqual([
      { ...row, id: '1a_0', key: 'k_0', parent: 'k', n: 0, fields: { ...row.fields, lang: 'en' } },
      { ...row, id: '1a_1', key: 'k_1', parent: 'k', n: 1, fields: { ...row.fields, lang: 'fr' } },
    ]);
  });

  test('takes the list from a field, and repeats each element', () => {
    const made = apply('expand', { letter: '{{ list }}', times: 2 }, { key: '{{ _key }}-{{ letter }}{{ _n }}' });
    expect(made.map(({ key }) => key)).toEqual(['k-a0', 'k-a1', 'k-b2', 'k-b3']);
  });

  test('only repeats where no list is named', () => {
    expect(apply('expand', { times: '{{ vars.n }}' }, { vars: { n: 3 } }).map(({ id }) => id)).toEqual([
      '1a_0',
      '1a_1',
      '1a_2',
    ]);
  });

  test('several lists give all combinations', () => {
    const made = apply('expand', { a: [1, 2], b: ['x', 'y'] });
    expect(made.map(({ fields }) => [fields['a'], fields['b']])).toEqual([
      [1, 'x'],
      [1, 'y'],
      [2, 'x'],
      [2, 'y'],
    ]);
  });

  test('a list in the pipeline is data: its texts are not read as templates', () => {
    const template = { id: 't1', text: 'Speak of {{ word }}' };
    const [made] = apply('expand', { template: [template] }, { key: '{{ _key }}_{{ template.id }}_{{ _n }}' });
    expect(made).toMatchObject({ key: 'k_t1_0', fields: { template } });
  });

  test('a copy can be expanded again; its parent is then the copy', () => {
    const [first] = apply('expand', { times: 2 });
    if (first === undefined) throw new Error('expected a row');
    expect(apply('expand', { times: 40 }, { to: first }).at(-1)).toMatchObject({
      id: '1a_0_13',
      parent: 'k_0',
      n: 39,
      key: 'k_0_39',
    });
  });

  test('ids are valid, unique and in order, keys are unique', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 5 }),
        (list, times) => {
          const made = apply('expand', { x: list as Json, times });
          expect(made).toHaveLength(list.length * times);
          expect(made.map(({ id }) => id)).toEqual(made.map(({ id }) => id).sort(compareRowIds));
          expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
          expect(new Set(made.map(({ key }) => key)).size).toBe(made.length);
          expect(made.every(({ id }) => rowIdSchema.safeParse(id).success)).toBe(true);
        },
      ),
    );
  });

  test.each<[string, Json, string | undefined, string]>([
    ['no list', { x: '{{ word }}' }, undefined, 'not-a-list: expand.x: a list is expected, found "tree"'],
    ['an empty list', { x: '{{ list | slice: 5, 2 }}' }, undefined, 'empty-list: expand.x'],
    ['an unknown field', { x: '{{ none }}' }, undefined, 'unknown-field: expand.x: unknown field "none"'],
    [
      'no count',
      { times: '{{ word }}' },
      undefined,
      'not-a-count: expand.times: a whole number from 1 is expected, found "tree"',
    ],
    ['too many', { x: [1, 2], y: [1, 2], times: 5000 }, undefined, 'too-many-copies: expand gives 20000 rows'],
    [
      'keys that do not differ',
      { x: [1, 1] },
      '{{ _key }}-{{ x }}',
      'duplicate-key: copies 0 and 1 both have the key "k-1"',
    ],
  ])('%s is refused for the row', (_, options, key, message) => {
    expect(failureOf(() => apply('expand', options, key === undefined ? {} : { key }))).toContain(message);
  });
});

test.each(['smooth', 'constructor', '__proto__'])('%s is no transform', (name) => {
  expect(() => apply(name, {})).toThrow(`unknown transform "${name}"`);
});
