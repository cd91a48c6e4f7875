import type { Json } from '@batchmill/contracts';
import type { Change, RowDiff } from './compare-row.ts';

/** Share of the width for what stands before the first character that differs. */
const CONTEXT = 1 / 3;

/** A change as cells of a table, each value in at most `width` characters: where they begin alike, the part that differs. */
export const shownChange = (change: Change<Json>, kind: RowDiff['change'], width: number): string[] => {
  const [old, now] = [textOf(change.old), textOf(change.new)];
  if (kind === 'only-first') return [cut(old, 0, width)];
  if (kind === 'only-second') return [cut(now, 0, width)];
  const alike = lengthAlike(old, now);
  const isLong = Math.max(old.length, now.length) > width;
  const from = isLong && alike > width / 2 ? alike - Math.floor(width * CONTEXT) : 0;
  return [cut(old, from, width), '→', cut(now, from, width)];
};

const textOf = (value: Json | undefined): string => (value === undefined ? '(none)' : JSON.stringify(value));

const lengthAlike = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
};

const cut = (text: string, from: number, width: number): string => {
  const start = from > 0 ? '…' : '';
  const rest = text.slice(from);
  return (
    start + (rest.length + start.length <= width ? rest : `${rest.slice(0, width - start.length - 1)}…`).toWellFormed()
  );
};
