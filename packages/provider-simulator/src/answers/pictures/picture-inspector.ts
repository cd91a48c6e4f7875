import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { parseDataUrl } from './data-url.ts';
import type { PictureFacts } from './picture-facts.ts';

/** Pictures remembered by their hash: a batch that is asked again, or a picture used in many rows, is decoded once. */
const REMEMBERED = 20_000;

/** Looks at pictures in a thread of its own, started with the first one. */
export type PictureInspector = {
  /** null where the data URL holds no picture that can be decoded. */
  inspect(dataUrl: string): Promise<PictureFacts | null>;
  close(): Promise<void>;
};

export const createPictureInspector = (): PictureInspector => {
  const known = new Map<string, Promise<PictureFacts | null>>();
  const waiting = new Map<number, { resolve: (facts: PictureFacts | null) => void; reject: (error: Error) => void }>();
  let worker: Worker | null = null;
  let lastId = 0;

  const start = (): Worker => {
    const started = new Worker(new URL('picture-worker.ts', import.meta.url));
    started.unref();
    started.on('message', ({ id, facts }: { id: number; facts: PictureFacts | null }) => {
      waiting.get(id)?.resolve(facts);
      waiting.delete(id);
    });
    started.on('error', (error: Error) => {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
      worker = null;
    });
    return started;
  };

  const decode = (base64: string): Promise<PictureFacts | null> =>
    new Promise((resolve, reject) => {
      worker ??= start();
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ id: lastId, base64 });
    });

  return {
    inspect: (url) => {
      const dataUrl = parseDataUrl(url);
      if (dataUrl === null) return Promise.resolve(null);
      const key = hash('sha1', dataUrl.base64, 'base64');
      const facts = known.get(key) ?? decode(dataUrl.base64);
      known.delete(key);
      known.set(key, facts);
      if (known.size > REMEMBERED) known.delete(known.keys().next().value ?? '');
      return facts;
    },
    close: async () => {
      await worker?.terminate();
      for (const { reject } of waiting.values()) reject(new Error('The simulator is closing.'));
      waiting.clear();
    },
  };
};
