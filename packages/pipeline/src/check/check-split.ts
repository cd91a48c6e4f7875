import type { Json } from '@batchmill/contracts';
import type { Finding } from '../problems/finding.ts';
import { describe } from '../problems/finding.ts';
import { isMap } from '../values/json-values.ts';
import type { Path } from '../values/path.ts';

/** Shares of a sum that floating point cannot hold exactly still count as 1. */
const ROUNDING = 1e-9;

/** `{ train: 0.8, validation: 0.1, test: 0.1, seed: 42 }`: shares that add to 1, and a whole number. */
export const checkSplit = (split: Json, path: Path): Finding[] => {
  if (!isMap(split)) return [];
  const { seed, method: _, ...shares } = split;
  const found: Finding[] = [];
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    found.push({
      code: 'wrong-value',
      message: 'cannot be used',
      path: [...path, 'seed'],
      found: describe(seed),
      expected: 'a whole number',
    });
  }
  for (const [name, share] of Object.entries(shares)) {
    const at = [...path, name];
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
      const expected = 'letters, digits, "_" and "-"';
      found.push({
        code: 'bad-name',
        message: 'the name of a split becomes a file name',
        path: at,
        part: 'key',
        expected,
      });
    }
    if (typeof share === 'number' && (share <= 0 || share > 1)) {
      found.push({
        code: 'wrong-value',
        message: 'a share is more than 0 and at most 1',
        path: at,
        found: describe(share),
      });
    }
  }
  const numbers = Object.values(shares).filter((share) => typeof share === 'number');
  if (numbers.length === Object.keys(shares).length) found.push(...checkSum(numbers, path));
  return found;
};

const checkSum = (shares: number[], path: Path): Finding[] => {
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) <= ROUNDING) return [];
  const found = shares.length === 0 ? 'no shares' : String(Number(sum.toFixed(6)));
  return [{ code: 'wrong-value', message: 'the shares do not add to 1', path, part: 'key', found }];
};
