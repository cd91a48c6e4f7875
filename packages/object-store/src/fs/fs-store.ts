import { mkdir, readFile, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkKey, checkPrefix, checkRecordSize } from '../keys.ts';
import { gathered, measured } from '../measured.ts';
import type { ObjectStore } from '../object-store.ts';
import { verified } from '../verified.ts';
import { durableFolders } from './durable-folders.ts';
import { asOpeningError, asStoreError, isAbsent } from './errors.ts';
import { fileInfo, listFiles, listFolders } from './list-files.ts';
import { createFile, placeOnce, placeStream } from './place-file.ts';
import type { CreateFile } from './place-file.ts';
import { readFileRange } from './read-file.ts';

export type FsStoreOptions = {
  /** The folder that holds everything; made when it is missing. */
  root: string;
  /** Whether a write answers only when it would survive a power cut. Default true. */
  fsync?: boolean;
};

const WRITE_BYTES = 1024 * 1024;
const ORPHAN_AGE_MS = 24 * 3_600_000;

/**
 * Opens a store in a folder of the local disk, and clears what writers killed more than a day ago left behind.
 * Throws InputError when the folder cannot be made or written.
 */
export const openFsStore = (options: FsStoreOptions): Promise<ObjectStore> => openFsStoreWith(options, createFile);

/** The same, with the making of files given: a test lets the disk run full. */
export const openFsStoreWith = async (
  { root: givenRoot, fsync = true }: FsStoreOptions,
  createFile: CreateFile,
): Promise<ObjectStore> => {
  const root = resolve(givenRoot);
  // One folder for unfinished files, outside every key's grammar: lists never show them.
  const temporaryFolder = join(root, '.tmp');
  const folders = durableFolders({ fsync });
  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw asStoreError(error, root);
    }
  };
  async function* guardedEach<Item>(items: AsyncIterable<Item>): AsyncIterable<Item> {
    try {
      yield* items;
    } catch (error) {
      throw asStoreError(error, root);
    }
  }
  try {
    await mkdir(temporaryFolder, { recursive: true });
    await removeOrphans(temporaryFolder);
  } catch (error) {
    throw asOpeningError(error, root);
  }
  const place = { temporaryFolder, folders, fsync, createFile };

  return {
    kind: 'fs',
    putIfAbsent: async (key, body) => {
      checkKey(key);
      checkRecordSize(key, body);
      return guarded(() => placeOnce(place)(join(root, key), body));
    },
    putBlob: async (key, body) => {
      checkKey(key);
      const { chunks, result } = measured(body);
      await guarded(() => placeStream(place)(join(root, key), gathered(chunks, WRITE_BYTES)));
      return { key, ...result() };
    },
    get: async (key) => {
      checkKey(key);
      return guarded(() => readFile(join(root, key)).catch(nullWhenAbsent));
    },
    read: (key, options = {}) => {
      checkKey(key);
      return guardedEach(verified(key, readFileRange(join(root, key), key, options), options));
    },
    head: async (key) => {
      checkKey(key);
      return guarded(() => fileInfo(root, key));
    },
    list: (prefix, options) => {
      checkPrefix(prefix);
      return guardedEach(listFiles(root, prefix, options));
    },
    listPrefixes: (prefix, options) => {
      checkPrefix(prefix);
      return guardedEach(listFolders(root, prefix, options));
    },
    delete: async (key) => {
      checkKey(key);
      await guarded(() => unlink(join(root, key)).catch(nullWhenAbsent));
      await pruneFolders(root, dirname(join(root, key)));
    },
    close: async () => {},
  };
};

const nullWhenAbsent = (error: unknown): null => {
  if (isAbsent(error)) return null;
  throw error;
};

const pruneFolders = async (root: string, folder: string): Promise<void> => {
  for (let each = folder; each !== root; each = dirname(each)) {
    try {
      await rmdir(each);
    } catch {
      return; // not empty: somebody else's keys
    }
  }
};

const removeOrphans = async (temporaryFolder: string): Promise<void> => {
  for (const name of await readdir(temporaryFolder)) {
    const path = join(temporaryFolder, name);
    const found = await stat(path).catch(nullWhenAbsent);
    if (found !== null && found.mtimeMs < Date.now() - ORPHAN_AGE_MS) await unlink(path).catch(nullWhenAbsent);
  }
};
