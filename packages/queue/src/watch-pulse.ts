import type { Pulse } from './asking-worker.ts';

export type PulseWatch = {
  /** Of the worker as it is now. */
  pulse(): Pulse;
  /** As many handlers as this at once: then a worker rightly does not ask. */
  concurrency: number;
  /** How long (ms) it may not ask. */
  silentMs: number;
  /** Whether Redis answers others: if not, silence is not the worker's fault. */
  isRedisThere(): Promise<boolean>;
  /** Puts a new worker in its place; `times`: how often in a row, with no beat since. */
  replace(times: number): void;
};

/** Looks per `silentMs`. Looks are counted and no time: a machine that has slept is not a worker that is stuck. */
const LOOKS = 12;

/** Watches over a worker that may have stopped asking for work without an error, as BullMQ's has in several versions. */
export const watchPulse = ({ pulse, concurrency, silentMs, isRedisThere, replace }: PulseWatch): { stop(): void } => {
  let seen = { of: pulse(), beats: -1 };
  let silentLooks = 0;
  let replaced = 0;
  let isAsking = false;

  const look = async (): Promise<void> => {
    const now = pulse();
    const isAlive = now !== seen.of || now.beats !== seen.beats || now.running >= concurrency;
    if (now === seen.of && now.beats > Math.max(seen.beats, 0)) replaced = 0;
    seen = { of: now, beats: now.beats };
    silentLooks = isAlive ? 0 : silentLooks + 1;
    if (silentLooks < LOOKS) return;
    silentLooks = 0;
    if (!(await isRedisThere()) || pulse() !== now || now.beats !== seen.beats) return;
    replaced += 1;
    replace(replaced);
  };

  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    void look().finally(() => (isAsking = false));
  }, silentMs / LOOKS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};
