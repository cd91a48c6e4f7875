import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How often the reading is written down, in real ms: no more than this is lost by a sudden end. */
const SAVE_EVERY_MS = 1_000;
/** Longest time a Node timer can take. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The provider's time: runs `speed` times faster than real time and stands still while the simulator is off. */
export type VirtualClock = {
  nowMs(): number;
  speed: number;
  /** Resolves once the time has come, or when the signal is aborted. */
  until(virtualMs: number, signal: AbortSignal): Promise<void>;
  advance(virtualMs: number): void;
  close(): void;
};

type Reading = { virtualMs: number; realMs: number };

export const openVirtualClock = (dataDir: string, speed: number, realNow: () => number): VirtualClock => {
  const path = join(dataDir, 'clock.json');
  const anchor = firstReading(path, speed, realNow());
  const waiting = new Set<{ at: number; wake: () => void }>();
  let timer: NodeJS.Timeout | undefined;

  const nowMs = (): number => anchor.virtualMs + (realNow() - anchor.realMs) * speed;

  const save = (): void => {
    const reading: Reading = { virtualMs: nowMs(), realMs: realNow() };
    writeFileSync(`${path}.new`, JSON.stringify(reading));
    renameSync(`${path}.new`, path);
  };

  const wakeDue = (): void => {
    const now = nowMs();
    for (const waiter of waiting) if (waiter.at <= now) waiter.wake();
    arm();
  };

  const arm = (): void => {
    clearTimeout(timer);
    if (waiting.size === 0) return;
    let earliest = Number.POSITIVE_INFINITY;
    for (const waiter of waiting) earliest = Math.min(earliest, waiter.at);
    const delayMs = Math.max(1, Math.ceil((earliest - nowMs()) / speed));
    timer = setTimeout(wakeDue, Math.min(delayMs, LONGEST_TIMER_MS));
  };

  const saving = setInterval(save, SAVE_EVERY_MS);
  saving.unref();
  save();

  return {
    nowMs,
    speed,
    until: (at, signal) =>
      new Promise((resolve) => {
        if (signal.aborted || at <= nowMs()) return resolve();
        const wake = (): void => {
          waiting.delete(waiter);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const waiter = { at, wake };
        waiting.add(waiter);
        signal.addEventListener('abort', wake);
        arm();
      }),
    advance: (virtualMs) => {
      anchor.virtualMs += virtualMs;
      save();
      wakeDue();
    },
    close: () => {
      clearTimeout(timer);
      clearInterval(saving);
      save();
    },
  };
};

const firstReading = (path: string, speed: number, realMs: number): Reading => {
  const saved = readSaved(path);
  if (saved === null) return { virtualMs: realMs, realMs };
  // The time between the last saving and the end of the process did pass: without it the clock would step back.
  const unsavedMs = Math.min(Math.max(0, realMs - saved.realMs), SAVE_EVERY_MS);
  return { virtualMs: saved.virtualMs + unsavedMs * speed, realMs };
};

const readSaved = (path: string): Reading | null => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${path} cannot be read as a clock reading`, { cause: error });
  }
};
