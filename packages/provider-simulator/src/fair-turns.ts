/** How long a piece of work may hold the event loop before it gives way, in ms. */
const SLICE_MS = 8;

export type Turn = {
  /** Resolves at once within the slice, else when it is this worker's turn again. */
  giveWay(): Promise<void>;
};

export type FairTurns = { worker(): Turn };

/** Lets many workers share one thread: one slice per round of the event loop, so that requests are answered in between. */
export const createFairTurns = (): FairTurns => {
  const waiting: (() => void)[] = [];
  let scheduled = false;

  const runOne = (): void => {
    scheduled = false;
    waiting.shift()?.();
    schedule();
  };
  const schedule = (): void => {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    setImmediate(runOne);
  };

  return {
    worker: () => {
      let sliceEnds = performance.now() + SLICE_MS;
      return {
        giveWay: async () => {
          if (performance.now() < sliceEnds) return;
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
            schedule();
          });
          sliceEnds = performance.now() + SLICE_MS;
        },
      };
    },
  };
};
