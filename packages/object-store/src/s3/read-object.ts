import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { ObjectNotFoundError, StoreCorruptionError } from '../errors.ts';
import type { ReadOptions } from '../object-store.ts';
import { checkSize, rangeWithin } from '../verified.ts';
import type { S3Connection } from './connection.ts';
import { headObject } from './head-object.ts';
import { openRange } from './open-range.ts';

/** Interruptions one after the other that brought no byte; opening is repeated by the SDK itself. */
const FRUITLESS_TRIES = 5;
const RESUME_WAIT_MS = 50;

/**
 * The bytes of an object; a body that stalls, breaks off or ends early is asked for again from where it stopped. With an
 * `etag` only of that version.
 */
export async function* readObject(
  connection: S3Connection,
  key: string,
  options: ReadOptions & { etag?: string },
): AsyncIterable<Uint8Array> {
  const { errors, timeouts } = connection;
  let position = options.start ?? 0;
  if (options.end !== undefined && options.end <= position) return;
  let { etag } = options;
  let end: number | undefined;
  let fruitless = 0;
  while (end === undefined || position < end) {
    const opened = await openRange(connection, key, { position, end: end ?? options.end, etag, ...signalOf(options) });
    if (opened === null) {
      await checkAbsentRange(connection, key, options);
      return;
    }
    try {
      if (end === undefined) {
        checkSize(key, opened.size, options);
        ({ end } = rangeWithin(opened.size, options));
        ({ etag } = opened);
      }
      for await (const chunk of chunksOf(opened.body, timeouts.chunkMs, options.signal)) {
        if (position + chunk.byteLength > end)
          throw new StoreCorruptionError(key, `it goes on after its last byte, ${end}`);
        position += chunk.byteLength;
        fruitless = 0;
        yield chunk;
      }
      if (position < end) throw new Error(`the body ended at byte ${position} of ${end}`);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (error instanceof StoreCorruptionError) throw error;
      fruitless += 1;
      if (fruitless > FRUITLESS_TRIES) throw errors.unavailable(`reading "${key}"`, error);
      await wait(RESUME_WAIT_MS * 2 ** (fruitless - 1), undefined, signalOf(options));
    } finally {
      opened.body.destroy(); // a body left open would keep its socket
    }
  }
}

/** A whole small object, null when there is none. */
export const readWhole = async (connection: S3Connection, key: string): Promise<Uint8Array | null> => {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of readObject(connection, key, {})) chunks.push(chunk);
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
  return Buffer.concat(chunks);
};

async function* chunksOf(
  body: Readable,
  inactiveMs: number,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  const abort = (): void => void body.destroy(new Error('the read was given up'));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    while (true) {
      // Runs only while we wait for the store, not while our reader takes its time.
      const timer = setTimeout(() => body.destroy(new Error(`no byte came for ${inactiveMs} ms`)), inactiveMs);
      try {
        const next = await chunks.next();
        if (next.done === true) return;
        yield next.value;
      } finally {
        clearTimeout(timer);
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

const checkAbsentRange = async (connection: S3Connection, key: string, options: ReadOptions): Promise<void> => {
  const found = await headObject(connection, key);
  if (found === null) throw new ObjectNotFoundError(key);
  checkSize(key, found.bytes, options);
};

const signalOf = ({ signal }: ReadOptions): { signal?: AbortSignal } => (signal === undefined ? {} : { signal });
