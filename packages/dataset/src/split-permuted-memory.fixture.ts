import type { PermutationMethod } from './permutation/permutation.ts';
import { permutedSplits } from './split-permuted.ts';

/* Says as JSON by how much the memory of this process grows over a split of a million rows. */

const method = process.argv[2] as PermutationMethod;
const shares = [
  { name: 'train', share: 0.8 },
  { name: 'validation', share: 0.1 },
  { name: 'test', share: 0.1 },
];
const peakKilobytes = (): number => process.resourceUsage().maxRSS;

permutedSplits({ method, shares, seed: 42 }, 10_000);
const before = peakKilobytes();
const splits = permutedSplits({ method, shares, seed: 42 }, 1_000_000);
const megabytes = (peakKilobytes() - before) / 1024;
process.stdout.write(JSON.stringify({ megabytes, sizes: [...splits.values()].map(({ length }) => length) }));
