import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ObjectNotFoundError, StoreCorruptionError } from '../errors.ts';
import type { ReadOptions } from '../object-store.ts';
import { checkSize, rangeWithin } from '../verified.ts';
import { isAbsent } from './errors.ts';

const CHUNK_BYTES = 256 * 1024;

/** The bytes of a file, or of a range of it, in chunks that the reader may keep. */
export async function* readFileRange(path: string, key: string, options: ReadOptions): AsyncIterable<Uint8Array> {
  const handle = await openOrNotFound(path, key);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new ObjectNotFoundError(key);
    checkSize(key, found.size, options);
    const range = rangeWithin(found.size, options);
    let position = range.start;
    while (position < range.end) {
      options.signal?.throwIfAborted();
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, range.end - position));
      const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, position);
      if (bytesRead === 0) throw new StoreCorruptionError(key, `it ends at byte ${position} of ${found.size}`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

const openOrNotFound = async (path: string, key: string): Promise<FileHandle> => {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isAbsent(error)) throw new ObjectNotFoundError(key, { cause: error });
    throw error;
  }
};
