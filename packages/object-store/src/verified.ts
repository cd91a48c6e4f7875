import { createHash } from 'node:crypto';
import { StoreCorruptionError } from './errors.ts';
import type { ReadOptions } from './object-store.ts';

/** The bytes of `[start, end)` that an object of `size` bytes has. */
export const rangeWithin = (size: number, { start = 0, end = size }: ReadOptions): { start: number; end: number } => {
  const from = Math.min(Math.max(start, 0), size);
  return { start: from, end: Math.min(Math.max(end, from), size) };
};

/** Refuses an object whose size is not the one its record gives. */
export const checkSize = (key: string, size: number, { expect }: ReadOptions): void => {
  if (expect !== undefined && expect.bytes !== size) {
    throw new StoreCorruptionError(key, `it has ${size} bytes, its record says ${expect.bytes}`);
  }
};

/** Passes chunks on; at the end of a whole object it compares the hash with the record's. */
export async function* verified(
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  { start = 0, end, expect }: ReadOptions,
): AsyncIterable<Uint8Array> {
  const isWhole = expect !== undefined && start === 0 && (end === undefined || end >= expect.bytes);
  if (!isWhole) {
    yield* chunks;
    return;
  }
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  const sha256 = hash.digest('hex');
  if (sha256 !== expect.sha256) {
    throw new StoreCorruptionError(key, `its sha256 is ${sha256}, its record says ${expect.sha256}`);
  }
}
