/** What is known of a group of billings. */
export type GroupState = 0 | 1 | 2;
export const NEVER_BILLED = 0;
export const BILLED_WITHOUT_INTACT_ANSWER = 1;
export const ANSWERED_INTACT = 2;

const FIRST_SLOTS = 1 << 12;
const FULL_AT = 0.6;

/** Group states under 64-bit hashes, in typed arrays: about 15 bytes a group. Open addressing, linear probing. */
export type GroupTable = {
  stateOf(high: number, low: number): GroupState;
  set(high: number, low: number, state: GroupState): void;
};

export const createGroupTable = (): GroupTable => {
  let slots = FIRST_SLOTS;
  let highs = new Uint32Array(slots);
  let lows = new Uint32Array(slots);
  let states = new Uint8Array(slots);
  let groups = 0;

  const slotOf = (high: number, low: number): number => {
    let slot = low & (slots - 1);
    while (states[slot] !== NEVER_BILLED && (highs[slot] !== high || lows[slot] !== low))
      slot = (slot + 1) & (slots - 1);
    return slot;
  };

  const grow = (): void => {
    const old = { highs, lows, states, slots };
    slots *= 2;
    highs = new Uint32Array(slots);
    lows = new Uint32Array(slots);
    states = new Uint8Array(slots);
    for (let index = 0; index < old.slots; index += 1) {
      const state = old.states[index] ?? 0;
      if (state !== NEVER_BILLED) place(old.highs[index] ?? 0, old.lows[index] ?? 0, state);
    }
  };

  const place = (high: number, low: number, state: number): void => {
    const slot = slotOf(high, low);
    highs[slot] = high;
    lows[slot] = low;
    states[slot] = state;
  };

  return {
    stateOf: (high, low) => (states[slotOf(high, low)] ?? 0) as GroupState,
    set: (high, low, state) => {
      if (states[slotOf(high, low)] === NEVER_BILLED) {
        groups += 1;
        if (groups > slots * FULL_AT) grow();
      }
      place(high, low, state);
    },
  };
};
