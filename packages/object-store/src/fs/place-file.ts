import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PutResult } from '../object-store.ts';
import type { DurableFolders } from './durable-folders.ts';
import { errorCode } from './errors.ts';

/** Opens a new file for writing; a test gives one that runs out of space. */
export type CreateFile = (path: string) => Promise<Pick<FileHandle, 'write' | 'datasync' | 'close'>>;
export const createFile: CreateFile = (path) => open(path, 'wx');

export type PlaceFileOptions = {
  temporaryFolder: string;
  folders: DurableFolders;
  fsync: boolean;
  createFile: CreateFile;
};

/** A delete may prune a folder while it is made, or before a file stands in it. */
const PLACE_TRIES = 100;

/** Writes a file that appears under its name complete or not at all, and never over another. */
export const placeOnce =
  (options: PlaceFileOptions) =>
  async (path: string, body: Uint8Array): Promise<PutResult> =>
    withTemporaryFile(options, [body], async (temporary) => {
      while (true) {
        try {
          await placed(options, path, () => link(temporary, path));
          return { created: true };
        } catch (error) {
          if (errorCode(error) !== 'EEXIST') throw withLinkRemedy(error);
        }
        const found = await contentOf(path);
        if (found === null) continue; // deleted since: the key is free again
        const created = Buffer.compare(found, body) === 0;
        // Our own earlier write may have died before its folder was synced.
        if (created) await options.folders.sync(dirname(path)).catch(unlessAbsent);
        return { created };
      }
    });

/** Writes a file from a stream, over whatever stands there; it appears only when complete. */
export const placeStream =
  (options: PlaceFileOptions) =>
  async (path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> =>
    withTemporaryFile(options, chunks, (temporary) => placed(options, path, () => rename(temporary, path)));

const withTemporaryFile = async <Result>(
  { temporaryFolder, fsync, createFile }: PlaceFileOptions,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  place: (temporary: string) => Promise<Result>,
): Promise<Result> => {
  const temporary = join(temporaryFolder, randomUUID());
  try {
    const handle = await createFile(temporary);
    try {
      for await (const chunk of chunks) await writeAll(handle, chunk);
      if (fsync) await handle.datasync();
    } finally {
      await handle.close();
    }
    return await place(temporary);
  } finally {
    await unlink(temporary).catch(() => {}); // renamed away, or never made
  }
};

const writeAll = async (handle: Pick<FileHandle, 'write'>, chunk: Uint8Array): Promise<void> => {
  let done = 0;
  while (done < chunk.byteLength) done += (await handle.write(chunk, done)).bytesWritten;
};

const placed = async ({ folders }: PlaceFileOptions, path: string, place: () => Promise<void>): Promise<void> => {
  const folder = dirname(path);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await place();
      break;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || attempt === PLACE_TRIES) throw error;
      await folders.make(folder).catch(unlessAbsent);
    }
  }
  // Gone already: the file has been deleted since.
  await folders.sync(folder).catch(unlessAbsent);
};

const contentOf = async (path: string): Promise<Buffer | null> => {
  try {
    return await readFile(path);
  } catch (error) {
    unlessAbsent(error);
    return null;
  }
};

const unlessAbsent = (error: unknown): void => {
  if (errorCode(error) !== 'ENOENT') throw error;
};

const withLinkRemedy = (error: unknown): unknown =>
  ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? '')
    ? new Error(
        'This file system makes no hard links, which write-once records need. Choose a folder on a local disk.',
        {
          cause: error,
        },
      )
    : error;
