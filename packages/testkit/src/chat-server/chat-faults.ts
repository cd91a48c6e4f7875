/** Shares (0…1) of the requests that a server lets in and then disturbs; each try of a row is drawn anew. */
export type ChatFaults = {
  /** 429 with Retry-After: the server is closed to everybody meanwhile. */
  refused?: number;
  /** 500. */
  serverError?: number;
  /** No answer, until the client gives up. */
  stalled?: number;
  /** Half an answer, and then nothing. */
  stalledInside?: number;
  /** The connection is closed without an answer. */
  cut?: number;
  /** The connection is closed in the middle of the answer. */
  cutInside?: number;
};

export type ChatFault = keyof ChatFaults;

/** What a row says of itself in its prompt comes to the same with every try. */
export const FIXED_FAULTS = {
  '[400]': { status: 400, code: 'invalid_request_error', message: 'This request cannot be answered.' },
  '[500]': { status: 500, code: 'server_error', message: 'The server had an error.' },
} as const;

/** Draws the next fault, from a seed. */
export const faultDrawer = (seed: number): ((faults: ChatFaults) => ChatFault | null) => {
  let state = seed >>> 0;
  // mulberry32
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return (faults) => {
    let left = random();
    for (const [fault, share] of Object.entries(faults) as [ChatFault, number][]) {
      if (left < share) return fault;
      left -= share;
    }
    return null;
  };
};
