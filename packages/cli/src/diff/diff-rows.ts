import type { RowView } from '@batchmill/contracts';
import { KeyedStore } from '@batchmill/dataset';
import { compareRow } from './compare-row.ts';
import type { RowDiff, SideOfRow, Wanted } from './compare-row.ts';

/** `not-final`: in one of the jobs the row is still on its way. */
export type DiffItem = RowDiff | 'not-final';

type Rows = AsyncIterable<Pick<RowView, 'key' | 'outcome' | 'reason' | 'fields'>>;

/**
 * The same rows of two jobs side by side, by key: those of the first in its order, then those that the second alone has.
 * Memory: some 90 bytes a row of the second job; its fields stand in a temporary file.
 */
export async function* diffRows(first: Rows, second: Rows, wanted: Wanted): AsyncGenerator<DiffItem, void, undefined> {
  using others = new KeyedStore<[key: string, side: SideOfRow]>();
  const taken: boolean[] = [];
  for await (const { key, ...row } of second) keep(others, key, sideOf(row, wanted));

  for await (const { key, ...row } of first) {
    const number = untaken(others, taken, key);
    const other = number === null ? undefined : others.read(number)[1];
    if (number !== null) taken[number] = true;
    if (isOpen(row) || isOpen(other)) yield 'not-final';
    else yield compareRow(key, sideOf(row, wanted), other, wanted);
  }
  for (let number = 0; number < others.size; number += 1) {
    if (taken[number] === true) continue;
    const [key, side] = others.read(number);
    yield isOpen(side) ? 'not-final' : compareRow(key, undefined, side, wanted);
  }
}

const isOpen = (side: SideOfRow | undefined): boolean => side?.outcome === 'open';

const sideOf = ({ outcome, reason, fields }: SideOfRow, wanted: Wanted): SideOfRow => ({
  outcome,
  ...(reason === undefined ? {} : { reason }),
  fields:
    wanted === undefined ? fields : Object.fromEntries(Object.entries(fields).filter(([name]) => wanted.has(name))),
});

/** A key stands twice only where a row without one was named like another: then they are paired in order. */
const nthKey = (key: string, nth: number): string => (nth === 1 ? key : `${key}\u0000${nth}`);

const keep = (store: KeyedStore<[string, SideOfRow]>, key: string, side: SideOfRow): void => {
  for (let nth = 1; store.add(nthKey(key, nth), [key, side]).isKnown; nth += 1);
};

const untaken = (store: KeyedStore<[string, SideOfRow]>, taken: readonly boolean[], key: string): number | null => {
  for (let nth = 1; ; nth += 1) {
    const number = store.numberOf(nthKey(key, nth));
    if (number === null || taken[number] !== true) return number;
  }
};
