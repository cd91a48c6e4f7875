import type { Fields } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesFile } from '../read/bytes-file.ts';
import { collect } from '../read/collect-source.fixture.ts';
import type { SourceFile } from '../read/source-file.ts';
import { written } from '../write/written.fixture.ts';
import { openTable } from './open-table.ts';
import { joinTables } from './table.ts';

const ROWS: Fields[] = Array.from({ length: 300 }, (_, i) => ({
  id: `row ${i}`,
  series: [Array.from({ length: 50 }, (__, j) => i / (j + 1))],
}));
const COLUMNS = [
  { name: 'id', type: 'string' },
  { name: 'series', type: 'list<list<double>>' },
];

/** The same file, and what was read of it. */
const watched = (file: SourceFile): { file: SourceFile; reads: { start: number; end: number }[] } => {
  const reads: { start: number; end: number }[] = [];
  const open: SourceFile['open'] = (range) => {
    reads.push(range ?? { start: 0, end: file.bytes });
    return file.open(range);
  };
  return { file: { ...file, open }, reads };
};

const parquet = async (rows: Fields[] = ROWS, rowGroupBytes = 10_000): Promise<SourceFile> =>
  bytesFile('a.parquet', (await written('parquet', COLUMNS, rows, rowGroupBytes)).bytes);

describe('a Parquet file', () => {
  test('gives every row by its position, in any order', async () => {
    const table = await openTable(await parquet(), 'parquet');
    expect(table.rows).toBe(300);
    expect(table.columns).toEqual(['id', 'series']);
    for (const position of [299, 0, 150, 1, 298]) expect(await table.row(position)).toEqual(ROWS[position]);
  });

  test('is read one row group at a time, and not again for the row beside', async () => {
    const { file, reads } = watched(await parquet());
    const table = await openTable(file, 'parquet');
    reads.length = 0;
    await table.row(150);
    const bytes = reads.reduce((sum, { start, end }) => sum + end - start, 0);
    expect(bytes).toBeLessThan(file.bytes / 10);
    reads.length = 0;
    await Promise.all([table.row(150), table.row(151)]);
    expect(reads).toEqual([]);
  });

  test('of which parts cannot be read gives them when they can', async () => {
    const whole = await parquet();
    let isBroken = false;
    const open: SourceFile['open'] = (range) => {
      if (isBroken) throw new Error('no disk');
      return whole.open(range);
    };
    const table = await openTable({ ...whole, open }, 'parquet');
    isBroken = true;
    await expect(table.row(5)).rejects.toThrow('no disk');
    isBroken = false;
    expect(await table.row(5)).toEqual(ROWS[5]);
  });

  test.each([-1, 300, 0.5])('has no row %d', async (position) => {
    await expect((await openTable(await parquet(), 'parquet')).row(position)).rejects.toThrow(RangeError);
  });
});

describe('a CSV file', () => {
  test.each([
    ['plain', 'id,text\na,1\nb,2\n'],
    ['without a last line break', 'id,text\na,1\nb,2'],
    ['of CRLF, with quotes over lines', 'id,text\r\na,"1\r\n2 ""x"""\r\n"b",\r\n'],
    ['with a byte order mark and empty lines', '\uFEFFid;text\n\na;ä\n\n\nb;"🙂\n"\n\n'],
    ['of one row', 'id,text\na,"x\ny"'],
  ])('%s gives every row by its position', async (_what, text) => {
    for (const chunkBytes of [1, 7, 4096]) {
      const file = bytesFile('a.csv', text, chunkBytes);
      const table = await openTable(file, 'csv');
      const rows = await Promise.all(Array.from({ length: table.rows }, (__, i) => table.row(i)));
      expect(rows).toEqual((await collect('csv', text)).fields);
      expect(await Array.fromAsync(table.all())).toEqual(rows);
      expect(rows[0]).toHaveProperty('id', 'a');
    }
  });

  test('comes back whatever stands in it', async () => {
    const cell = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r\n', 'x', ' ', 'é', '🙂'), maxLength: 8 });
    const rows = fc.array(fc.record({ id: cell, other: cell }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        const columns = ['id', 'other'].map((name) => ({ name, type: 'string' }));
        const { bytes } = await written('csv', columns, values);
        const table = await openTable(bytesFile('a.csv', bytes), 'csv');
        expect(await Promise.all(values.map((_, i) => table.row(i)))).toEqual(values);
      }),
    );
  });

  test('with records that cannot be read is refused with all of them', async () => {
    await expect(openTable(bytesFile('a.csv', 'a,b\nx"y,1\nz,2\nv"w,3\n'), 'csv')).rejects.toThrow(
      /a\.csv:2[\s\S]*a\.csv:4/,
    );
  });
});

test('several tables are one', async () => {
  const table = joinTables([
    await openTable(await parquet(ROWS.slice(0, 10)), 'parquet'),
    await openTable(await parquet([]), 'parquet'),
    await openTable(await parquet(ROWS.slice(10, 15)), 'parquet'),
  ]);
  expect(table.rows).toBe(15);
  expect(await Array.fromAsync(table.all())).toEqual(ROWS.slice(0, 15));
  for (const position of [0, 9, 10, 14]) expect(await table.row(position)).toEqual(ROWS[position]);
  await expect(table.row(15)).rejects.toThrow(RangeError);
});
