import { createHash } from 'node:crypto';
import type { ObjectStore } from '../object-store.ts';

/** The store that the suite's `beforeAll` has opened. */
export type StoreUnderTest = () => ObjectStore;

export const bytesOf = (text: string): Uint8Array => Buffer.from(text);

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that differ everywhere, so that a wrong range shows. */
export const patternOf = (length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; index += 1) bytes[index] = (index * 31 + (index >> 8) * 7 + (index >> 16)) & 255;
  return bytes;
};

export async function* chunked(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += size) yield bytes.subarray(start, start + size);
}

export const collected = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const held: Uint8Array[] = [];
  for await (const chunk of chunks) held.push(chunk);
  return Buffer.concat(held);
};

export const keysOf = async (items: AsyncIterable<{ key: string }>): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of items) keys.push(key);
  return keys;
};

export const textOf = async (store: ObjectStore, key: string): Promise<string | null> => {
  const found = await store.get(key);
  return found === null ? null : Buffer.from(found).toString();
};
