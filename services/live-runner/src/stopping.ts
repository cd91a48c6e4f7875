import type { Control } from '@batchmill/ledger';
import { repeatedly } from './repeatedly.ts';

/** The user has paused or cancelled the run. */
export class ControlledError extends Error {
  readonly kind: 'paused' | 'cancelled';
  constructor(kind: 'paused' | 'cancelled') {
    super(`the run is ${kind}`);
    this.kind = kind;
  }
}

/** When a sitting has to end before its rows are settled. */
export type Stopping = {
  /** Nothing is sent any more; what is under way may come to its end. */
  readonly stop: AbortSignal;
  /** What is under way is given up. */
  readonly abandon: AbortSignal;
  because(reason: unknown): void;
  giveUp(reason: unknown): void;
  /** Nobody is watched any more. */
  end(): void;
};

export type StoppingOptions = {
  readControl: () => Promise<Control>;
  controlMs: number;
  drainMs: number;
  /** The process closes, or the work is another's now. */
  lost: AbortSignal;
};

export const watchForStop = ({ readControl, controlMs, drainMs, lost }: StoppingOptions): Stopping => {
  const stop = new AbortController();
  const abandon = new AbortController();
  let drain: NodeJS.Timeout | undefined;
  const onLost = (): void => {
    stop.abort(lost.reason);
    drain = setTimeout(() => abandon.abort(lost.reason), drainMs);
  };
  const control = repeatedly(async () => {
    const { cancelled, paused } = await readControl();
    if (cancelled || paused) stop.abort(new ControlledError(cancelled ? 'cancelled' : 'paused'));
  }, controlMs);
  lost.addEventListener('abort', onLost, { once: true });
  if (lost.aborted) onLost();
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    because: (reason) => stop.abort(reason),
    giveUp: (reason) => {
      stop.abort(reason);
      abandon.abort(reason);
    },
    end: () => {
      control.end();
      clearTimeout(drain);
      lost.removeEventListener('abort', onLost);
    },
  };
};
