import { parquetMetadata } from 'hyparquet';
import { expect, test } from 'vitest';
import { collect } from '../read/collect-source.fixture.ts';
import { written } from './written.fixture.ts';

const metadataOf = (bytes: Buffer) => parquetMetadata(Uint8Array.from(bytes).buffer);

test('lists are real lists of three levels, as Arrow writes them', async () => {
  const { bytes } = await written('parquet', [{ name: 'series', type: 'list<double>' }], [{ series: [1, null] }]);
  expect(metadataOf(bytes).schema).toMatchObject([
    { num_children: 1 },
    {
      name: 'series',
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
      repetition_type: 'OPTIONAL',
      num_children: 1,
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  ]);
});

test.each([
  ['boolean', 'BOOLEAN', undefined],
  ['integer', 'INT64', undefined],
  ['double', 'DOUBLE', undefined],
  ['string', 'BYTE_ARRAY', 'UTF8'],
  ['json', 'BYTE_ARRAY', 'UTF8'],
  ['null', 'BYTE_ARRAY', 'UTF8'],
])('%s is stored as %s', async (type, stored, annotation) => {
  const { bytes } = await written('parquet', [{ name: 'a', type }], [{ a: null }]);
  expect(metadataOf(bytes).schema[1]).toMatchObject({ name: 'a', type: stored, repetition_type: 'OPTIONAL' });
  expect(metadataOf(bytes).schema[1]?.converted_type).toBe(annotation);
});

test('row groups are bounded by bytes and go out while the file grows', async () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    id: `row ${i}`,
    series: Array.from({ length: 100 }, (_, j) => i / (j + 1)),
  }));
  const columns = [
    { name: 'id', type: 'string' },
    { name: 'series', type: 'list<double>' },
  ];
  const { bytes, chunks } = await written('parquet', columns, rows, 100_000);
  const groups = metadataOf(bytes).row_groups;
  expect(groups).toHaveLength(9);
  expect(chunks).toHaveLength(10);
  expect(Math.max(...groups.map(({ num_rows }) => Number(num_rows)))).toBeLessThan(130);
  expect((await collect('parquet', bytes)).fields).toEqual(rows);
});

test('a file without rows has its schema', async () => {
  const { bytes, rows } = await written('parquet', [{ name: 'a', type: 'list<string>' }], []);
  expect(rows).toBe(0);
  expect(Number(metadataOf(bytes).num_rows)).toBe(0);
  expect((await collect('parquet', bytes)).fields).toEqual([]);
});

test('objects are JSON text, and numbers that are not finite are null', async () => {
  const columns = [
    { name: 'o', type: 'json' },
    { name: 'd', type: 'list<double>' },
  ];
  const { bytes } = await written('parquet', columns, [
    { o: { a: [1] }, d: [Number.NaN, Infinity, 1] },
    { o: 'x', d: [] },
  ]);
  expect((await collect('parquet', bytes)).fields).toEqual([
    { o: '{"a":[1]}', d: [null, null, 1] },
    { o: '"x"', d: [] },
  ]);
});

test.each<[string, null | string | number | boolean]>([
  ['integer', 1.5],
  ['double', 'x'],
  ['string', 1],
  ['boolean', 'true'],
  ['list<double>', 1],
])('a %s column refuses %j, and names itself', async (type, value) => {
  await expect(written('parquet', [{ name: 'speed', type }], [{ speed: value }])).rejects.toThrow(
    /column "speed" is of type/,
  );
});

test('a column of disagreeing types is refused before anything is written', async () => {
  await expect(written('parquet', [{ name: 'a', type: 'double|string' }], [])).rejects.toThrow(/column "a"/);
});
