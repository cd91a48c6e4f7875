const WORDS = 624;
const MIDDLE = 397;

/**
 * The 32-bit words of `numpy.random.RandomState(seed)`: MT19937 (Matsumoto and Nishimura, 1998).
 * @param seed numpy takes 0 to 2^32 - 1; others are taken modulo 2^32
 */
export const mersenneTwister = (seed: number): (() => number) => {
  const state = seeded(seed);
  let at = WORDS;
  return () => {
    if (at === WORDS) {
      twist(state);
      at = 0;
    }
    let word = state[at] ?? 0;
    at += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  };
};

const seeded = (seed: number): Uint32Array => {
  const state = new Uint32Array(WORDS);
  // -1 >>> 0 is 2^32 - 1, and more than 32 bits are cut off
  state[0] = seed >>> 0;
  for (let i = 1; i < WORDS; i += 1) {
    const before = state[i - 1] ?? 0;
    state[i] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + i;
  }
  return state;
};

const twist = (state: Uint32Array): void => {
  for (let i = 0; i < WORDS; i += 1) {
    const joined = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % WORDS] ?? 0) & 0x7fffffff);
    state[i] = (state[(i + MIDDLE) % WORDS] ?? 0) ^ (joined >>> 1) ^ ((joined & 1) === 0 ? 0 : 0x9908b0df);
  }
};
