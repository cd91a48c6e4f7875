import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournal } from './journal.ts';
import type { StoredObject } from './journal.ts';
import { sortedKeys } from './sorted-keys.ts';
import type { SortedKeys } from './sorted-keys.ts';

/** One bucket: data files in a folder, what they are in a journal. */
export type Bucket = {
  name: string;
  get(key: string): StoredObject | undefined;
  keys: SortedKeys;
  size(): number;
  path(file: string): string;
  /** Folder of an upload in parts. */
  uploadFolder(uploadId: string): string;
  uploadsFolder: string;
  /** A new data file: not part of the bucket until it is put. */
  newFile(): Promise<NewFile>;
  /** Makes a file an object at once, over whatever stands under the key. */
  put(object: Omit<StoredObject, 'modifiedAtMs'>): StoredObject;
  remove(key: string): void;
  close(): void;
};

export type NewFile = {
  file: string;
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the file; afterwards it is complete on disk. */
  end(): Promise<void>;
  discard(): Promise<void>;
};

export const openBucket = (root: string, name: string): Bucket => {
  const folder = join(root, name);
  const data = join(folder, 'data');
  const uploadsFolder = join(folder, 'uploads');
  for (const each of [data, uploadsFolder]) mkdirSync(each, { recursive: true });
  const journal = openJournal(join(folder, 'journal.jsonl'));
  const { objects } = journal;
  const keys = sortedKeys(objects.keys());
  const path = (file: string): string => join(data, file);
  const forget = (file: string): void => void rm(path(file), { force: true }).catch(() => {});
  return {
    name,
    get: (key) => objects.get(key),
    keys,
    size: () => objects.size,
    path,
    uploadsFolder,
    uploadFolder: (uploadId) => join(uploadsFolder, uploadId),
    newFile: () => newFile(data),
    put: (given) => {
      const before = objects.get(given.key);
      const object = { ...given, modifiedAtMs: Date.now() };
      journal.write({ put: object });
      keys.add(object.key);
      if (before !== undefined) forget(before.file);
      return object;
    },
    remove: (key) => {
      const before = objects.get(key);
      if (before === undefined) return;
      journal.write({ delete: key });
      keys.remove(key);
      forget(before.file);
    },
    close: journal.close,
  };
};

const newFile = async (folder: string): Promise<NewFile> => {
  const file = randomUUID();
  const handle = await open(join(folder, file), 'wx');
  return {
    file,
    write: async (chunk) => {
      await handle.writeFile(chunk);
    },
    end: () => handle.close(),
    discard: async () => {
      await handle.close();
      await rm(join(folder, file), { force: true });
    },
  };
};
