import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that is written line by line and appears in one step, at the end. */
export type RowFile = AsyncDisposable & {
  path: string;
  write(text: string): Promise<void>;
  finish(): Promise<void>;
};

const FLUSHED_CHARACTERS = 1 << 16;

export const openRowFile = async (path: string): Promise<RowFile> => {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID().slice(0, 8)}.part`;
  const handle = await open(draft, 'w');
  let held = '';
  let isOpen = true;
  const flush = async (): Promise<void> => {
    await handle.writeFile(held);
    held = '';
  };
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    path,
    async write(text) {
      held += text;
      if (held.length >= FLUSHED_CHARACTERS) await flush();
    },
    async finish() {
      await flush();
      await handle.sync();
      await close();
      await rename(draft, path);
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await rm(draft, { force: true });
    },
  };
};
