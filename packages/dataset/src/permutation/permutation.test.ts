import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { permutation } from './permutation.ts';

const fingerprint = (order: Uint32Array): string => createHash('sha256').update(order).digest('hex').slice(0, 16);

// hashlib.sha256(RandomState(seed).permutation(n).astype('<u4').tobytes()).hexdigest()[:16], and the same with default_rng
test.each([
  ['sklearn', 0, 2, '7c9fa136d4413fa6'],
  ['sklearn', 7, 1_000, 'ee04b0a50e1d0f37'],
  ['sklearn', 4_294_967_295, 5_000, '68f3547f002224a6'],
  ['sklearn', 42, 1_000_000, 'ec4b4a7560439e6f'],
  ['huggingface', 0, 2, '01acecb507abfe1a'],
  ['huggingface', 7, 1_000, '4f09197ae9238e67'],
  ['huggingface', 4_294_967_295, 5_000, 'a6ba17afd296325a'],
  ['huggingface', 9_007_199_254_740_991, 5_000, '8d5303e18999ddef'],
  ['huggingface', 42, 1_000_000, '6976d6f1ad301f21'],
] as const)('the order of %s for seed %i and %i rows is that of numpy', (method, seed, rows, expected) => {
  expect(fingerprint(permutation(method, seed, rows))).toBe(expected);
});

test('no rows and one row have their only order', () => {
  expect(permutation('sklearn', 42, 0)).toEqual(new Uint32Array(0));
  expect(permutation('huggingface', 42, 1)).toEqual(Uint32Array.of(0));
});

test('a seed that numpy refuses gives an order all the same', () => {
  for (const seed of [-1, -9_007_199_254_740_991, 2 ** 40])
    expect([...permutation('sklearn', seed, 50)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
  expect(permutation('huggingface', -1, 50)).not.toEqual(permutation('huggingface', -2, 50));
});
