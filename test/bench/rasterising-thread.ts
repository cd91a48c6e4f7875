import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { rasterise } from '@batchmill/prompts/rasterise';
import type { Rasterising } from './rasterisers.ts';

const work = async ({ svgs, into }: Rasterising): Promise<void> => {
  for (const svg of svgs) {
    const image = rasterise(svg);
    if (into === 'png') image.asPng();
    // the native pictures are freed only when the event loop turns
    await setImmediate();
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage('done');
};

parentPort?.on('message', (task: Rasterising) => void work(task));
