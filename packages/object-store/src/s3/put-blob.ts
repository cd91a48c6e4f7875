import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { measured } from '../measured.ts';
import type { StoredBlob } from '../object-store.ts';
import type { S3Connection } from './connection.ts';
import { PART_BYTES, uploadParts } from './upload-parts.ts';

/** Streams a blob up: one PUT when it fits one part, otherwise in parts. */
export const putBlob = async (
  connection: S3Connection,
  key: string,
  body: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<StoredBlob> => {
  const { errors } = connection;
  const source = watched(body);
  const { chunks, result } = measured(source.chunks);
  try {
    await send(connection, key, chunks);
  } catch (error) {
    if (source.failure() !== undefined) throw source.failure();
    const blob = { key, ...result() };
    if (!source.isOver() || !(await isThere(connection, blob))) throw errors.unavailable(`storing "${key}"`, error);
    return blob;
  }
  return { key, ...result() };
};

const send = async (connection: S3Connection, key: string, chunks: AsyncIterable<Uint8Array>): Promise<void> => {
  const { client, bucket, fullKey } = connection;
  const iterator = chunks[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let headBytes = 0;
  while (headBytes <= PART_BYTES) {
    const next = await iterator.next();
    if (next.done === true) {
      const Body = Buffer.concat(head, headBytes);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: fullKey(key), Body }));
      return;
    }
    head.push(next.value);
    headBytes += next.value.byteLength;
  }
  await uploadParts(connection, key, chained(head, iterator));
};

async function* chained(head: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* head.splice(0);
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.(undefined);
  }
}

/** Remembers how the caller's own stream ended: its failure is the error to show. */
const watched = (
  body: AsyncIterable<Uint8Array> | Uint8Array,
): { chunks: AsyncIterable<Uint8Array>; failure: () => unknown; isOver: () => boolean } => {
  let failure: unknown;
  let isOver = false;
  async function* pass(): AsyncIterable<Uint8Array> {
    try {
      yield* body instanceof Uint8Array ? [body] : body;
      isOver = true;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return { chunks: pass(), failure: () => failure, isOver: () => isOver };
};

/**
 * A repeated completion answers 404 or 412 when the answer to the first was lost. The key is ours alone and completion is
 * all or nothing, so an object of our size is our blob.
 */
const isThere = async ({ client, bucket, fullKey }: S3Connection, blob: StoredBlob): Promise<boolean> => {
  try {
    const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: fullKey(blob.key) }));
    return found.ContentLength === blob.bytes;
  } catch {
    return false; // the first error is the one to show
  }
};
