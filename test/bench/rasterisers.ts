import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export type Rasterising = { svgs: string[]; into: 'pixels' | 'png' };

/** Threads that do nothing but rasterise. */
export const startRasterisers = (threads: number) => {
  const file = new URL('rasterising-thread.ts', import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(file));
  return {
    /** Shares the SVGs out and waits until all are done. */
    async run(svgs: readonly string[], into: Rasterising['into']): Promise<void> {
      await Promise.all(
        workers.map(async (worker, position) => {
          const own = svgs.filter((_, index) => index % workers.length === position);
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
          worker.postMessage({ svgs: own, into } satisfies Rasterising);
          await once(worker, 'message');
        }),
      );
    },
    async close(): Promise<void> {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
};
