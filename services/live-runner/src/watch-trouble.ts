import type { PartRef } from '@batchmill/contracts';
import { partEntry } from '@batchmill/flow';
import type { Attention } from '@batchmill/flow';

const PATIENCE_MS = 10_000;

/** Tells why a part does not get on, once nothing was answered for a while, and takes it back with the next answer. */
export const watchTrouble = (attention: Attention, ref: PartRef, monotonicMs: () => number) => {
  let answeredAtMs = monotonicMs();
  let isTold = false;
  // only a view: that it cannot be shown changes nothing
  const clear = (): void => {
    if (isTold) attention.clear(ref.job, partEntry(ref)).catch(() => undefined);
    isTold = false;
  };
  return {
    answered: (): void => {
      answeredAtMs = monotonicMs();
      clear();
    },
    failed: (message: string): void => {
      if (isTold || monotonicMs() - answeredAtMs < PATIENCE_MS) return;
      isTold = true;
      attention.trouble(ref.job, partEntry(ref), message).catch(() => undefined);
    },
    end: clear,
  };
};
