import { mersenneTwister } from './mersenne-twister.ts';
import { permutedCongruential } from './permuted-congruential.ts';

/** What each Python library takes its random 32-bit words from. */
const GENERATORS = { sklearn: mersenneTwister, huggingface: permutedCongruential };

export type PermutationMethod = keyof typeof GENERATORS;

/**
 * The integers from 0 to `length` - 1 in the order into which the Python library puts them: scikit-learn by
 * `numpy.random.RandomState(seed).permutation`, Hugging Face datasets by `numpy.random.default_rng(seed).permutation`.
 */
export const permutation = (method: PermutationMethod, seed: number, length: number): Uint32Array => {
  const nextWord = GENERATORS[method](seed);
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let last = length - 1; last > 0; last -= 1) {
    const chosen = upTo(last, nextWord);
    const moved = order[last] ?? 0;
    order[last] = order[chosen] ?? 0;
    order[chosen] = moved;
  }
  return order;
};

/** An integer from 0 to `max`: words are cut to its bits until one is not above it. */
const upTo = (max: number, nextWord: () => number): number => {
  const unused = Math.clz32(max);
  for (;;) {
    const value = ((nextWord() << unused) >>> 0) >>> unused;
    if (value <= max) return value;
  }
};
