import { expect, test } from 'vitest';
import { counted, dollars, duration, fileSize } from './amounts.ts';

test('amounts read as a person would write them', () => {
  expect([counted(1, 'row'), counted(1234, 'row'), counted(2, 'batch')]).toEqual(['1 row', '1,234 rows', '2 batches']);
  expect([0, 0.00001, 0.0123, 0.5, 1.005, 1234.5].map(dollars)).toEqual([
    '$0.00',
    '<$0.0001',
    '$0.0123',
    '$0.50',
    '$1.01',
    '$1,234.50',
  ]);
  expect([5, 999, 1000, 12_345, 5_400_000, 3e15].map(fileSize)).toEqual([
    '5 B',
    '999 B',
    '1.0 kB',
    '12 kB',
    '5.4 MB',
    '3000 TB',
  ]);
  expect([400, 8000, 125_000, 3_840_000].map(duration)).toEqual(['0 s', '8 s', '2 min 5 s', '1 h 4 min']);
});
