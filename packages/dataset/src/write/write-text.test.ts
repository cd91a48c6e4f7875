import type { Fields } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { written } from './written.fixture.ts';

const COLUMNS = [
  { name: 'id', type: 'string' },
  { name: '2', type: 'double' },
  { name: 'list', type: 'json' },
];
const ROWS: Fields[] = [
  { id: 'a', 2: 1.5, list: [1, null], other: true },
  { id: 'é "q"\n,' },
  { id: null, 2: Number.NaN, list: { a: 1 } },
];

const textOf = async (...args: Parameters<typeof written>) => (await written(...args)).bytes.toString('utf8');

test('JSONL has a line per row with its columns in order, without those that the row lacks', async () => {
  expect(await textOf('jsonl', COLUMNS, ROWS)).toBe(
    '{"id":"a","2":1.5,"list":[1,null]}\n{"id":"é \\"q\\"\\n,"}\n{"id":null,"2":null,"list":{"a":1}}\n',
  );
});

test('JSON is one array with a line per row', async () => {
  const text = await textOf('json', COLUMNS, ROWS.slice(0, 2));
  expect(text).toBe('[\n  {"id":"a","2":1.5,"list":[1,null]},\n  {"id":"é \\"q\\"\\n,"}\n]\n');
  expect(await textOf('json', COLUMNS, [])).toBe('[]\n');
});

test('CSV quotes where needed, writes lists as JSON, null as nothing, and leaves a formula as it is', async () => {
  expect(await textOf('csv', COLUMNS, [...ROWS, { id: '=1+1', 2: 1e21, list: true }, { id: 'cr\rcr' }])).toBe(
    'id,2,list\na,1.5,"[1,null]"\n"é ""q""\n,",,\n,,"{""a"":1}"\n=1+1,1e+21,true\n"cr\rcr",,\n',
  );
});

test('an output without rows has its header', async () => {
  expect(await textOf('csv', COLUMNS, [])).toBe('id,2,list\n');
  expect(await textOf('jsonl', COLUMNS, [])).toBe('');
});

test('a CSV of one column keeps its empty rows', async () => {
  expect(await textOf('csv', [{ name: 'a', type: 'string' }], [{ a: 'x' }, { a: null }, { a: '' }])).toBe(
    'a\nx\n""\n""\n',
  );
});

test.each(['csv', 'json', 'jsonl'] as const)(
  '%s is handed over while it grows, and never more than asked for is held',
  async (format) => {
    const rows = Array.from({ length: 5000 }, (_, i) => ({ id: `row ${i} ${'x'.repeat(100)}` }));
    const { chunks, rows: count } = await written(format, COLUMNS.slice(0, 1), rows);
    expect(count).toBe(5000);
    expect(chunks.length).toBeGreaterThan(5);
    expect(Math.max(...chunks)).toBeLessThan(128 * 1024);
  },
);
