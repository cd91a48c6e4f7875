import type { Split } from '@batchmill/contracts';
import { permutation } from './permutation/permutation.ts';
import type { PermutationMethod } from './permutation/permutation.ts';

export type PermutedSplit = Pick<Split, 'shares' | 'seed'> & { method: PermutationMethod };

/** What each cut adds to the seed of the one before. */
const SEED_STEPS: Record<PermutationMethod, number> = { sklearn: 0, huggingface: 1 };

/**
 * Positions (from 0) of the rows of each split, in the order in which the library's `train_test_split` gives them when it
 * is called for one split after the other: first `test`, of all rows; then the others, of what is left, the last in the
 * file first; `train` (without one, the first) is what remains at the end.
 * A split of share s takes the first ceil(s / share left · rows left) rows of the permutation. sklearn permutes with the
 * same seed each time, huggingface with one that is higher by 1 each time.
 */
export const permutedSplits = ({ method, shares, seed }: PermutedSplit, rows: number): Map<string, Uint32Array> => {
  const { cuts, remainder } = inOrderOfCutting(shares);
  const positions = new Map<string, Uint32Array>(shares.map(({ name }) => [name, new Uint32Array(0)]));
  let rest: Uint32Array | undefined;
  let shareLeft = 1;
  cuts.forEach(({ name, share }, cut) => {
    const rowsLeft = rest?.length ?? rows;
    const order = permutation(method, seed + cut * SEED_STEPS[method], rowsLeft);
    const before = rest;
    const permuted = before === undefined ? order : order.map((position) => before[position] ?? 0);
    const taken = Math.min(rowsLeft, Math.ceil((share / shareLeft) * rowsLeft));
    positions.set(name, permuted.subarray(0, taken));
    rest = permuted.subarray(taken);
    shareLeft -= share;
  });
  positions.set(remainder, rest ?? Uint32Array.from({ length: rows }, (_, position) => position));
  return positions;
};

type Share = Split['shares'][number];

const inOrderOfCutting = (shares: readonly Share[]): { cuts: Share[]; remainder: string } => {
  const remainder = shares.find(({ name }) => name === 'train') ?? shares[0];
  const others = shares.filter((share) => share !== remainder).reverse();
  const isTest = ({ name }: Share): boolean => name === 'test';
  return {
    cuts: [...others.filter(isTest), ...others.filter((share) => !isTest(share))],
    remainder: remainder?.name ?? '',
  };
};
