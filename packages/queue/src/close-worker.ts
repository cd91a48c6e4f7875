import type { Worker } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for the running handlers and what follows them, at most until the deadline. BullMQ's own close never returns
 * while Redis is down, and a second call with `force` only waits for the first: then its connections are cut below it.
 */
export const closeWorker = async (
  worker: Worker,
  followUps: ReadonlySet<Promise<void>>,
  deadlineMs: number,
): Promise<void> => {
  const closed = worker.close().then(() => Promise.all(followUps));
  if (await settlesWithin(closed, deadlineMs)) return;
  await settlesWithin(worker.getBackend().close(true), 500);
};

export const settlesWithin = async (work: Promise<unknown>, timeoutMs: number): Promise<boolean> => {
  const timer = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, delay(timeoutMs, false, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
};
