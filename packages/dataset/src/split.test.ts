import type { Split } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSplitter } from './split.ts';

const splitOf = (split: Split, key: string): string => openSplitter(split, 0)(key);

const SPLIT: Split = {
  shares: [
    { name: 'train', share: 0.8 },
    { name: 'validation', share: 0.1 },
    { name: 'test', share: 0.1 },
  ],
  seed: 42,
};

test('a row stays in its split for ever', () => {
  const splits = Array.from({ length: 12 }, (_, i) => splitOf(SPLIT, `series-${i}`));
  expect(splits.join(' ')).toBe('train test validation train train train train train train train train test');
});

test('the shares are met over many keys, whatever the seed', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const counts = new Map<string, number>();
      const rows = 5000;
      for (let i = 0; i < rows; i += 1) {
        const name = splitOf({ ...SPLIT, seed }, `row-${i}`);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      // Six standard deviations of a share of 0.1 (and a little more than four of 0.8) in 5,000 rows.
      for (const { name, share } of SPLIT.shares)
        expect(Math.abs((counts.get(name) ?? 0) / rows - share)).toBeLessThan(0.0255);
    }),
    { numRuns: 8 },
  );
});

test('another seed parts the rows anew', () => {
  const keys = Array.from({ length: 1000 }, (_, i) => `row-${i}`);
  const same = keys.filter((key) => splitOf(SPLIT, key) === splitOf({ ...SPLIT, seed: 43 }, key));
  // By chance 0.8² + 0.1² + 0.1² of them.
  expect(same.length / keys.length).toBeGreaterThan(0.58);
  expect(same.length / keys.length).toBeLessThan(0.74);
});

test('every key has a split, also where shares add up to a little less than 1', () => {
  const shares = Array.from({ length: 10 }, (_, i) => ({ name: `s${i}`, share: 0.1 }));
  const names = new Set(shares.map(({ name }) => name));
  fc.assert(fc.property(fc.string(), (key) => names.has(splitOf({ shares, seed: 1 }, key))));
});

test('a permutation gives each row its split by its position, and no row more than were counted', () => {
  const split = openSplitter({ ...SPLIT, method: 'sklearn' }, 20);
  const names = Array.from({ length: 20 }, (_, i) => split(`row-${i}`));
  const positionsOf = (wanted: string) => names.flatMap((name, position) => (name === wanted ? [position] : []));
  expect(positionsOf('test')).toEqual([0, 17]);
  expect(positionsOf('validation')).toEqual([1, 15]);
  expect(() => split('row-20')).toThrow('more rows than the 20');
});
