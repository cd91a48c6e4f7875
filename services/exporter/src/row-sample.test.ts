import { reject, row } from '@batchmill/ledger/testing';
import type { FinalRow } from '@batchmill/outputs';
import { expect, test } from 'vitest';
import { openRowSample } from './row-sample.ts';

const delivered = (number: number): FinalRow => ({ row: row(number.toString(36)), outcome: 'ok' });
const rejected = (number: number, code: string): FinalRow => {
  const given = { ...reject(number.toString(36), '001', 'failed'), reason: { code, message: `about ${number}` } };
  return { row: row(number.toString(36)), outcome: 'failed', reject: given };
};
const keysOf = (rows: FinalRow[]): string[] => {
  const sample = openRowSample();
  for (const one of rows) sample.add(one);
  return sample.delivered().map(({ row: { key } }) => key);
};

test('the same few rows are drawn whatever the order they come in, and shown in source order', () => {
  const rows = Array.from({ length: 500 }, (_, i) => delivered(i));
  const drawn = keysOf(rows);
  expect(drawn).toHaveLength(8);
  expect(keysOf(rows.toReversed())).toEqual(drawn);
  expect(drawn).toEqual(rows.map(({ row: { key } }) => key).filter((key) => drawn.includes(key)));
  expect(drawn.some((key) => rows.slice(250).some((one) => one.row.key === key))).toBe(true);
});

test('few rows are all drawn, and rejected ones are not', () => {
  expect(keysOf([delivered(0), rejected(1, 'x'), delivered(2)])).toEqual(['key-0', 'key-2']);
});

test('rejects are counted by step and reason, the most first, with some of each', () => {
  const sample = openRowSample();
  for (let i = 0; i < 10; i += 1) sample.add(rejected(i, i < 2 ? 'rare' : 'often'));
  expect(sample.rejects()).toMatchObject([
    { reason: 'step-001: often', rows: 8, examples: [{ key: 'key-2', outcome: 'failed', message: 'about 2' }, {}, {}] },
    { reason: 'step-001: rare', rows: 2 },
  ]);
});

test('of ever new reasons only so many are held', () => {
  const sample = openRowSample();
  for (let i = 0; i < 5000; i += 1) sample.add(rejected(i, `code-${i}`));
  expect(sample.rejects().length).toBeLessThanOrEqual(50);
});
