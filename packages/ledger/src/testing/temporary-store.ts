import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFsStore } from '@batchmill/object-store';
import type { ObjectStore } from '@batchmill/object-store';

export type TemporaryStore = { store: ObjectStore; [Symbol.asyncDispose](): Promise<void> };

/** A real store in a folder of its own, removed at the end. */
export const temporaryStore = async (): Promise<TemporaryStore> => {
  const root = await mkdtemp(join(tmpdir(), 'batchmill-ledger-'));
  const store = await openFsStore({ root, fsync: false });
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};
