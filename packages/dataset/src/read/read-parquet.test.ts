import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { written } from '../write/written.fixture.ts';
import { bytesFile } from './bytes-file.ts';
import { collect, refusal } from './collect-source.fixture.ts';
import { readParquet } from './read-parquet.ts';

const ROWS = Array.from({ length: 500 }, (_, i) => ({ id: `row ${i}`, list: [i, null] }));
const COLUMNS = [
  { name: 'id', type: 'string' },
  { name: 'list', type: 'list<integer>' },
];

test('rows are known by their number and come group by group through range reads', async () => {
  const { bytes } = await written('parquet', COLUMNS, ROWS, 2000);
  const file = bytesFile('x.parquet', bytes);
  const ranges: number[] = [];
  const open: typeof file.open = (range) => {
    if (range === undefined) throw new Error('the whole file was opened');
    ranges.push(range.end - range.start);
    return file.open(range);
  };
  const lines: number[] = [];
  for await (const batch of readParquet({ ...file, open })) lines.push(...batch.map(({ line }) => line));
  expect(lines).toEqual(ROWS.map((_, i) => i + 1));
  expect(ranges.length).toBeGreaterThan(10);
});

test('dates, times, decimals, large integers, bytes and JSON become what JSON can say', async () => {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'date', data: [new Date('2024-02-29'), null] },
      { name: 'time', data: [new Date('2024-02-29T12:30:15.123Z'), null] },
      { name: 'price', data: [19.99, -0.07] },
      { name: 'large', data: [2n ** 62n, 5n] },
      { name: 'small', data: [7n, null] },
      { name: 'bytes', data: [Uint8Array.of(0xff, 0), Buffer.from('text')] },
      { name: 'json', data: [{ a: [1] }, null] },
      { name: 'nan', data: [Number.NaN, 1.5] },
    ],
    schema: [
      { name: 'root', num_children: 8 },
      { name: 'date', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
      { name: 'time', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' },
      { name: 'price', type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 6, repetition_type: 'OPTIONAL' },
      { name: 'large', type: 'INT64', repetition_type: 'OPTIONAL' },
      { name: 'small', type: 'INT64', repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'json', type: 'BYTE_ARRAY', converted_type: 'JSON', repetition_type: 'OPTIONAL' },
      { name: 'nan', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ],
  });
  expect((await collect('parquet', new Uint8Array(buffer))).fields).toEqual([
    {
      date: '2024-02-29',
      time: '2024-02-29T12:30:15.123Z',
      price: 19.99,
      large: String(2n ** 62n),
      small: 7,
      bytes: '/wA=',
      json: { a: [1] },
      nan: null,
    },
    // Text as well: a column is not to be a number in one row and text in the next.
    { date: null, time: null, price: -0.07, large: '5', small: null, bytes: 'text', json: null, nan: 1.5 },
  ]);
});

test('an infinite number is a problem of its row', async () => {
  const buffer = parquetWriteBuffer({ columnData: [{ name: 'x', data: [1, Infinity, 2], type: 'DOUBLE' }] });
  const { rows, problems } = await collect('parquet', new Uint8Array(buffer));
  expect(rows).toHaveLength(2);
  expect(problems).toMatchObject([{ code: 'parquet-value', place: { line: 2 } }]);
});

test('a file cut anywhere, or damaged inside, is refused and never read as a shorter one', async () => {
  const { bytes } = await written('parquet', COLUMNS, ROWS, 2000);
  for (const part of [0.1, 0.5, 0.9, 0.999]) {
    const cut = bytes.subarray(0, Math.floor(bytes.length * part));
    expect(await refusal('parquet', cut)).toMatchObject([
      { code: 'truncated-parquet', place: { file: 'data.parquet' } },
    ]);
  }
  const badFooter = Buffer.from(bytes);
  badFooter.fill(0xff, bytes.length - 60, bytes.length - 8);
  expect(await refusal('parquet', badFooter)).toMatchObject([{ code: 'broken-parquet' }]);
  const badPage = Buffer.from(bytes);
  badPage.fill(0xff, 4, 200);
  expect(await refusal('parquet', badPage)).toMatchObject([{ code: 'broken-parquet' }]);
});

test('what is no Parquet file is refused with what it begins with', async () => {
  expect(await refusal('parquet', 'id,text\n1,x\n')).toMatchObject([{ code: 'wrong-format', found: '`id,text`' }]);
});
