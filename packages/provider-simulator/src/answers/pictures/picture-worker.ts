import { parentPort } from 'node:worker_threads';
import { pictureFacts } from './picture-facts.ts';

/** Thread that decodes pictures: takes `{ id, base64 }`, gives `{ id, facts }`. */
parentPort?.on('message', ({ id, base64 }: { id: number; base64: string }) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage({ id, facts: pictureFacts(Buffer.from(base64, 'base64')) });
});
