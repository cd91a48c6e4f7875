const POOL_WORDS = 4;

/**
 * What `numpy.random.SeedSequence(seed).generate_state(words, uint32)` gives.
 * @param seed numpy takes no negative ones; they are taken as their 64 bits
 */
export const seedSequence = (seed: number, words: number): Uint32Array => {
  const pool = mixedPool(wordsOf(seed));
  const scramble = hash(0x8b51f9dd, 0x58f38ded);
  return Uint32Array.from({ length: words }, (_, i) => scramble(pool[i % POOL_WORDS] ?? 0));
};

/** The seed in 32-bit words, the lowest first. */
const wordsOf = (seed: number): number[] => {
  const bits = BigInt.asUintN(64, BigInt(seed));
  return [Number(bits & 0xffff_ffffn), Number(bits >> 32n)];
};

const mixedPool = (entropy: readonly number[]): Uint32Array => {
  const scramble = hash(0x43b0d7e5, 0x931e8875);
  const pool = Uint32Array.from({ length: POOL_WORDS }, (_, i) => scramble(entropy[i] ?? 0));
  for (let from = 0; from < POOL_WORDS; from += 1) {
    for (let to = 0; to < POOL_WORDS; to += 1) {
      if (from !== to) pool[to] = mix(pool[to] ?? 0, scramble(pool[from] ?? 0));
    }
  }
  return pool;
};

/** A hash whose constant moves on with every value. */
const hash = (start: number, factor: number): ((value: number) => number) => {
  let constant = start;
  return (value) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, factor);
    const product = Math.imul(mixed, constant);
    return (product ^ (product >>> 16)) >>> 0;
  };
};

const mix = (a: number, b: number): number => {
  const mixed = (Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b)) | 0;
  return (mixed ^ (mixed >>> 16)) >>> 0;
};
