import type { Fields, FieldTypes, Json } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeTypes, observeTypes } from './field-types.ts';

const typesOf = (...values: Json[]): string | undefined => {
  const types: FieldTypes = {};
  for (const value of values) observeTypes(types, { x: value });
  return types['x'];
};

test.each<[string, Json[]]>([
  ['null', [null]],
  ['boolean', [true, null]],
  ['integer', [1, null, -5]],
  ['double', [1, 2.5]],
  ['double', [1e20]],
  ['string', ['a', null]],
  ['json', [{ a: 1 }]],
  ['json', ['text', { a: 1 }, 1]],
  ['list<null>', [[]]],
  ['list<integer>', [[], [1, null]]],
  ['list<double>', [[1], [0.5]]],
  ['list<string>', [[null], ['a']]],
  ['list<list<double>>', [[[1], []], [[0.5]]]],
  ['json', [[1, 'a']]],
  ['json', [[1], ['a']]],
  ['json', [[{ a: 1 }]]],
  ['double|string', [1.5, 'a', 2]],
  ['list<integer>|string', ['a', [1]]],
])('%s holds %j', (type, values) => {
  expect(typesOf(...values)).toBe(type);
});

test('the order of rows and the cut into shards change nothing', () => {
  const rows = fc.array(fc.record({ x: fc.jsonValue({ maxDepth: 2 }) }, { requiredKeys: [] }), { maxLength: 12 });
  fc.assert(
    fc.property(rows, fc.nat(12), (values, cut) => {
      const all = values as Fields[];
      const observed = (part: Fields[]): FieldTypes => {
        const types: FieldTypes = {};
        for (const row of part) observeTypes(types, row);
        return types;
      };
      const parts = [all.slice(0, cut), all.slice(cut)].map((part, i) => ({
        name: `shard ${i}`,
        types: observed(part),
      }));
      const whole = mergeTypes([{ name: 'all', types: observed(all) }]);
      expect(mergeTypes(parts).types).toEqual(whole.types);
      expect(observed(all.toReversed())).toEqual(observed(all));
    }),
  );
});

test('an integer in one shard and a double in another are doubles; an absent field is no conflict', () => {
  const merged = mergeTypes([
    { name: 'shard 0', types: { a: 'integer', b: 'list<null>' } },
    { name: 'shard 1', types: { a: 'double', b: 'list<string>', c: 'null' } },
  ]);
  expect(merged).toEqual({ types: { a: 'double', b: 'list<string>', c: 'null' }, conflicts: [] });
});

test('a conflict names the field and the shards, and leaves the field as json', () => {
  const merged = mergeTypes([
    { name: 'shard 0', types: { a: 'string' } },
    { name: 'shard 1', types: { a: 'null' } },
    { name: 'shard 2', types: { a: 'double' } },
    { name: 'shard 3', types: { a: 'boolean|string' } },
  ]);
  expect(merged.types).toEqual({ a: 'json' });
  expect(merged.conflicts).toMatchObject([
    { code: 'type-conflict', found: 'string in shard 0, double in shard 2, boolean and string in shard 3' },
  ]);
});
