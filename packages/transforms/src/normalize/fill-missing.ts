import type { NormalizeOptions } from '@batchmill/pipeline';
import { between } from './between.ts';

export type Filled = { values: (number | null)[]; missing: number; filled: number; trimmed: number };

/** Cuts off the missing values at the end, which are padding, and does to those before it what `how` says. */
export const fillMissing = (found: readonly (number | null)[], how: NormalizeOptions['missing']): Filled => {
  const length = found.findLastIndex((value) => value !== null) + 1;
  const kept = found.slice(0, length);
  const missing = kept.reduce((count: number, value) => (value === null ? count + 1 : count), 0);
  const values = missing === 0 ? kept : WAYS[how](kept);
  const filled = how === 'interpolate' || how === 'forward-fill' ? missing : 0;
  return { values, missing, filled, trimmed: found.length - length };
};

type Values = (number | null)[];

const WAYS: Record<NormalizeOptions['missing'], (values: Values) => Values> = {
  keep: (values) => values,
  drop: (values) => values.filter((value) => value !== null),
  interpolate: (values) => fillGaps(values, between),
  'forward-fill': (values) => fillGaps(values, (before) => before),
};

/** The last value is there. A gap at the beginning takes the first value, since nothing stands before it. */
const fillGaps = (values: Values, fill: (before: number, after: number, share: number) => number): Values => {
  const filled = [...values];
  let known = -1;
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const before = known === -1 ? value : (values[known] ?? value);
    for (let gap = known + 1; gap < index; gap += 1) {
      filled[gap] = fill(before, value, (gap - known) / (index - known));
    }
    known = index;
  }
  return filled;
};
