import { expect, test } from 'vitest';
import { Bitmap } from './bitmap.ts';
import { excludedLines } from './excluded-lines.ts';
import { batch, ended, file, intent, part } from './testing/facts.ts';

const badLines = (...positions: number[]) => {
  const bits = new Bitmap();
  for (const position of positions) bits.add(position);
  return { failure: 'bad-lines' as const, badLines: bits.encode() };
};
const error = (line: number, code: string) => ({ code, message: `line ${line}`, line, param: null });

test('lines are counted over the file that was sent, which lacks those left out before', () => {
  const first = ended('failed', { ...badLines(0, 3), errors: [error(1, 'a'), error(4, 'b')] });
  // what is left is 1 2 4 5 6 7 8 9: its lines 1 and 3 are 1 and 4 of the part
  const second = ended('failed', { ...badLines(0, 2), errors: [error(1, 'c'), error(3, 'd')] });
  const third = ended('failed', { ...badLines(5) });
  const other = ended('failed', { failure: 'pool-full' });
  const facts = part([first, other, second, third].map((end) => ({ file: file(), intent, batch, ended: end })));
  const excluded = excludedLines(facts);
  expect([...excluded.keys()].sort((a, b) => a - b)).toEqual([0, 1, 3, 4, 9]);
  expect([0, 3, 1, 4].map((line) => excluded.get(line)?.code)).toEqual(['a', 'b', 'c', 'd']);
  expect(excluded.get(9)).toMatchObject({ code: 'invalid_request' });
});

test('line numbers beyond the file leave nothing out', () => {
  const nowhere = ended('failed', { ...badLines(10, 99), errors: [error(11, 'a')] });
  expect(excludedLines(part([{ file: file(), intent, batch, ended: nowhere }])).size).toBe(0);
});
