import { expect, test } from 'vitest';
import { written } from '../write/written.fixture.ts';
import { bytesFile } from './bytes-file.ts';
import { describeSource } from './describe-source.ts';
import { detectFormat } from './detect-format.ts';

test.each([
  ['a.csv', 'id,x\n1,2\n', 'csv'],
  ['a.tsv', 'id\tx\n', 'csv'],
  ['a', 'id,x\n', 'csv'],
  ['a.json', '[{"a":1}]', 'json'],
  ['a.json', '{"a":1}\n{"a":2}\n', 'jsonl'],
  ['a.json', '{"a":1}', 'json'],
  ['a.txt', '\uFEFF {"a":1}\n', 'jsonl'],
  ['a.jsonl', '[1,2]\n[3]\n', 'jsonl'],
  ['a.ndjson', '{"a":1}', 'jsonl'],
  ['a.csv', '[\n{"a":1}\n]', 'json'],
  ['x/Hourly-train.csv', '"id","a"\n', 'm4'],
  ['mine.csv', '"V1","V2","V3"\n', 'm4'],
  ['a.bin', 'PAR1....', 'parquet'],
])('%s that begins with %j is %s', (name, head, format) => {
  expect(detectFormat(name, Buffer.from(head))).toBe(format);
});

test.each([
  ['empty', ''],
  ['gzip', Buffer.from([0x1f, 0x8b, 8])],
])('%s files are refused', (words, head) => {
  expect(() => detectFormat('a.csv', Buffer.from(head))).toThrow(words);
});

test('fields have types and examples, and the likeliest key comes first', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({
    text: `t${i}`,
    group: i % 3,
    series_id: `s${i}`,
    score: i / 7,
    maybe: i === 4 ? null : `m${i}`,
  }));
  const file = bytesFile('rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  expect(await describeSource(file)).toEqual({
    format: 'jsonl',
    fields: [
      { name: 'text', type: 'string', examples: ['t0', 't1', 't2'] },
      { name: 'group', type: 'integer', examples: [0, 1, 2] },
      { name: 'series_id', type: 'string', examples: ['s0', 's1', 's2'] },
      { name: 'score', type: 'double', examples: [0, 1 / 7, 2 / 7] },
      { name: 'maybe', type: 'string', examples: ['m0', 'm1', 'm2'] },
    ],
    rowsEstimate: 50,
    keyCandidates: ['series_id', 'text'],
  });
});

test('the number of rows of a long file is estimated from its first ones, and exact for Parquet', async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => ({ id: `row ${i + 10_000}`, n: 7 }));
  const columns = [
    { name: 'id', type: 'string' },
    { name: 'n', type: 'integer' },
  ];
  for (const format of ['csv', 'json', 'jsonl', 'parquet'] as const) {
    const { bytes } = await written(format, columns, rows);
    const { rowsEstimate, keyCandidates } = await describeSource(bytesFile('x', bytes));
    expect(Math.abs(rowsEstimate - 30_000)).toBeLessThan(format === 'parquet' ? 1 : 300);
    expect(keyCandidates[0]).toBe('id');
  }
});
