import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permutedSplits } from './split-permuted.ts';
import { LIBRARY_SPLITS } from './split-permuted.fixture.ts';

const METHODS = ['sklearn', 'huggingface'] as const;
const share = (name: string, part: number) => ({ name, share: part });
const SHARES = [share('train', 0.8), share('val', 0.1), share('test', 0.1)];

describe.each(METHODS)('rows permuted as %s does', (method) => {
  test.each([20, 100, 359] as const)('have the splits of the library, in its order: %i rows', (rows) => {
    const splits = permutedSplits({ method, shares: SHARES, seed: 42 }, rows);
    for (const name of ['train', 'val', 'test'] as const) {
      const expected = LIBRARY_SPLITS[method][rows][name].trim().split(/\s+/).map(Number);
      expect([...(splits.get(name) ?? [])], name).toEqual(expected);
    }
  });

  test('stand in one split each, whatever the shares, in a file that names them in any order', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(500), parts, fc.integer(), (rows, weights, seed) => {
        const sum = weights.reduce((total, weight) => total + weight);
        const shares = weights.map((weight, i) => share(`split-${i}`, weight / sum));
        const splits = [...permutedSplits({ method, shares, seed }, rows).values()];
        const positions = splits.flatMap((split) => [...split]).sort((a, b) => a - b);
        expect(positions).toEqual(Array.from({ length: rows }, (_, i) => i));
      }),
    );
  });

  test('of which there are a million are done within 50 MB', async () => {
    const script = join(import.meta.dirname, 'split-permuted-memory.fixture.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [script, method]);
    const { megabytes, sizes } = JSON.parse(stdout) as { megabytes: number; sizes: number[] };
    expect(sizes).toEqual([800_000, 100_000, 100_000]);
    expect(megabytes).toBeLessThan(50);
  });
});

test('the numbers of rows are those of the libraries: each cut is rounded up, train is what remains', () => {
  const sizesOf = (rows: number) =>
    [...permutedSplits({ method: 'sklearn', shares: SHARES, seed: 1 }, rows).values()].map(({ length }) => length);
  expect(sizesOf(359)).toEqual([287, 36, 36]);
  expect(sizesOf(100_000)).toEqual([80_000, 10_000, 10_000]);
  expect(sizesOf(3)).toEqual([1, 1, 1]);
  expect(sizesOf(1)).toEqual([0, 0, 1]);
  expect(sizesOf(0)).toEqual([0, 0, 0]);
});

test('the order in which the file names its splits changes nothing', () => {
  for (const method of METHODS) {
    const [a, b] = [SHARES, [...SHARES].reverse()].map((shares) => permutedSplits({ method, shares, seed: 42 }, 359));
    for (const { name } of SHARES) expect(a?.get(name)).toEqual(b?.get(name));
  }
});

test('without a train, the first split keeps what remains', () => {
  const shares = [share('a', 0.5), share('b', 0.5)];
  const splits = permutedSplits({ method: 'sklearn', shares, seed: 42 }, 5);
  expect([...splits].map(([name, { length }]) => [name, length])).toEqual([
    ['a', 2],
    ['b', 3],
  ]);
});
