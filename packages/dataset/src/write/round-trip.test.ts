import type { Fields, FieldTypes, Json } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { observeTypes } from '../field-types.ts';
import { collect } from '../read/collect-source.fixture.ts';
import { written } from './written.fixture.ts';

/** Whole characters of every kind, with more than their share of those that formats care about. */
const text = fc
  .string({
    unit: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          '"',
          '""',
          ',',
          ';',
          '\t',
          '\n',
          '\r',
          '\r\n',
          '\\',
          ' ',
          '=',
          '\u2028',
          '\uFEFF',
          '🙂',
        ),
      },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
    ),
    maxLength: 30,
  })
  .map((value) => value.replaceAll('\0', ''));
/** Integers beyond 2^53 are read as text on purpose. */
const double = fc.double({ noNaN: true, min: -9e15, max: 9e15 }).map((value) => (Object.is(value, -0) ? 0 : value));
const nullable = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const listOf = <T>(values: fc.Arbitrary<T>) => nullable(fc.array(nullable(values), { maxLength: 5 }));

const chunkBytes = fc.constantFrom(1, 2, 3, 7, 64, 4096, 65_536);

test('text comes back from CSV as it was', async () => {
  const rows = fc.array(fc.record({ id: text, other: text, ünï: text }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(rows, chunkBytes, async (values, chunk) => {
      const columns = ['id', 'other', 'ünï'].map((name) => ({ name, type: 'string' }));
      const { bytes } = await written('csv', columns, values);
      expect((await collect('csv', bytes, { chunkBytes: chunk })).fields).toEqual(values);
    }),
  );
});

/** As any JSON writer leaves it: without -0. */
const rewritten = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json;

const JSON_ROW = fc.record({
  id: text,
  n: nullable(fc.oneof(fc.maxSafeInteger(), double)),
  any: fc
    .jsonValue({ stringUnit: 'grapheme' })
    .map(rewritten)
    .filter((value) => !/\d{16}/.test(JSON.stringify(value))),
  list: listOf(double),
});

test.each(['json', 'jsonl'] as const)('any JSON value comes back from %s as it was', async (format) => {
  const columns = ['id', 'n', 'any', 'list'].map((name) => ({ name, type: 'json' }));
  await fc.assert(
    fc.asyncProperty(fc.array(JSON_ROW, { minLength: 1, maxLength: 20 }), chunkBytes, async (values, chunk) => {
      const { bytes } = await written(format, columns, values);
      const read = await collect(format, bytes, { chunkBytes: chunk });
      expect(read).toMatchObject({ problems: [] });
      expect(read.fields).toEqual(values);
    }),
  );
});

const PARQUET_ROW: fc.Arbitrary<Fields> = fc.record({
  text: nullable(text),
  flag: nullable(fc.boolean()),
  count: nullable(fc.maxSafeInteger()),
  value: nullable(double),
  doubles: listOf(double),
  integers: listOf(fc.maxSafeInteger()),
  texts: listOf(text),
  flags: listOf(fc.boolean()),
  nested: listOf(fc.array(nullable(double), { maxLength: 3 })),
});

test('typed values, lists, null lists, null elements and empty lists come back from Parquet, over row groups', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(PARQUET_ROW, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(1, 200, 1e6),
      async (values, groupBytes) => {
        const types: FieldTypes = {};
        for (const row of values) observeTypes(types, row);
        const columns = Object.entries(types).map(([name, type]) => ({ name, type }));
        const { bytes } = await written('parquet', columns, values, groupBytes);
        expect((await collect('parquet', bytes)).fields).toEqual(values);
      },
    ),
  );
});

test('a cell of several megabytes comes back from every format', async () => {
  const row = { id: 'é"\n,🙂'.repeat(100_000) };
  for (const format of ['csv', 'json', 'jsonl', 'parquet'] as const) {
    const { bytes } = await written(format, [{ name: 'id', type: 'string' }], [row]);
    const { fields } = await collect(format, bytes);
    expect(fields[0]?.['id'] === row.id).toBe(true);
  }
});

test('a field may have the name of something every object has', async () => {
  const rows: Fields[] = [{ constructor: 'a', toString: 1 }, {}, { constructor: 'b' }];
  const types: FieldTypes = {};
  for (const row of rows) observeTypes(types, row);
  expect(types).toEqual({ constructor: 'string', toString: 'integer' });
  const columns = Object.entries(types).map(([name, type]) => ({ name, type }));
  for (const format of ['json', 'jsonl', 'parquet'] as const) {
    const { bytes } = await written(format, columns, rows);
    const { fields } = await collect(format, bytes);
    // what a row lacks is null in a table, and not there in JSON
    const missing = format === 'parquet' ? [null] : [];
    expect(fields.map((row) => Object.values(row))).toEqual([
      ['a', 1],
      [...missing, ...missing],
      ['b', ...missing],
    ]);
  }
});
