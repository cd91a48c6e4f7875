import { seedSequence } from './seed-sequence.ts';

/** 0x2360ed051fc65da44385df649fccf645 in 16-bit digits, the lowest first: products and their sums stay exact. */
const FACTOR = [0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360];
const DIGITS = 8;
const BASE = 0x10000;

/**
 * The 32-bit words of `numpy.random.default_rng(seed)`: PCG64 (O'Neill, 2014: 128 bits of state, XSL-RR), whose 64 bits are
 * given in two halves, the lower one first.
 */
export const permutedCongruential = (seed: number): (() => number) => {
  const advance = generator(seed);
  let upper: number | undefined;
  return () => {
    if (upper !== undefined) {
      const word = upper;
      upper = undefined;
      return word;
    }
    const { high, low } = advance();
    upper = high;
    return low;
  };
};

type Halves = { high: number; low: number };

const generator = (seed: number): (() => Halves) => {
  const seeds = seedSequence(seed, 8);
  const start = digitsOf(seeds, [2, 3, 0, 1]);
  const increment = doubledAndOdd(digitsOf(seeds, [6, 7, 4, 5]));
  let state = step(new Uint16Array(DIGITS), increment);
  state = step(sumOf(state, start), increment);
  return () => {
    state = step(state, increment);
    return output(state);
  };
};

/** The 32-bit words with these positions, the lowest first, in 16-bit digits. */
const digitsOf = (seeds: Uint32Array, positions: readonly number[]): Uint16Array =>
  Uint16Array.from(positions.flatMap((position) => [seeds[position] ?? 0, (seeds[position] ?? 0) >>> 16]));

const doubledAndOdd = (digits: Uint16Array): Uint16Array =>
  digits.map((digit, i) => (digit << 1) | (i === 0 ? 1 : (digits[i - 1] ?? 0) >>> 15));

const sumOf = (a: Uint16Array, b: Uint16Array): Uint16Array => {
  let carry = 0;
  return a.map((digit, i) => {
    const sum = digit + (b[i] ?? 0) + carry;
    carry = sum >>> 16;
    return sum;
  });
};

/** state × FACTOR + increment, modulo 2^128. */
const step = (state: Uint16Array, increment: Uint16Array): Uint16Array => {
  const next = new Uint16Array(DIGITS);
  let carry = 0;
  for (let k = 0; k < DIGITS; k += 1) {
    let sum = (increment[k] ?? 0) + carry;
    for (let i = 0; i <= k; i += 1) sum += (state[i] ?? 0) * (FACTOR[k - i] ?? 0);
    next[k] = sum;
    carry = Math.floor(sum / BASE);
  }
  return next;
};

/** Both halves of the state laid over each other, rotated right by its topmost six bits. */
const output = (state: Uint16Array): Halves => {
  const word = (digit: number): number =>
    (((state[digit] ?? 0) ^ (state[digit + 4] ?? 0)) | (((state[digit + 1] ?? 0) ^ (state[digit + 5] ?? 0)) << 16)) >>>
    0;
  const turn = (state[7] ?? 0) >>> 10;
  const [high, low] = turn < 32 ? [word(2), word(0)] : [word(0), word(2)];
  const bits = turn % 32;
  if (bits === 0) return { high, low };
  return {
    high: ((high >>> bits) | (low << (32 - bits))) >>> 0,
    low: ((low >>> bits) | (high << (32 - bits))) >>> 0,
  };
};
