import { Worker } from 'node:worker_threads';

export type EventLoopWatch = { stop(): Promise<void> };

/**
 * Ends the process when its event loop has stood still for `limitMs`: its locks are lost by then, and whoever restarts
 * it gets a working one. The watching is done by a thread, which a stuck loop cannot stop.
 */
export const watchEventLoop = (limitMs = 60_000): EventLoopWatch => {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const timer = setInterval(() => Atomics.add(beats, 0, 1), limitMs / 60);
  timer.unref();
  const watcher = new URL('event-loop-watcher.ts', import.meta.url);
  const worker = new Worker(watcher, { workerData: { beats, limitMs }, execArgv: [] });
  worker.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await worker.terminate();
    },
  };
};
