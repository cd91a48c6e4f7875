import { Readable } from 'node:stream';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { gathered, measured } from '../measured.ts';
import type { StoredBlob } from '../object-store.ts';
import type { S3Connection } from './connection.ts';

/** With one part being filled and two on their way, a blob of any size takes about 24 MB of memory. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
/** Small rows are gathered before they reach the uploader. */
const GATHER_BYTES = 256 * 1024;

/** Streams a blob up: one PUT when it fits one part, otherwise a multipart upload that is aborted on error. */
export const putBlob = async (
  connection: S3Connection,
  key: string,
  body: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<StoredBlob> => {
  const { client, bucket, errors, fullKey } = connection;
  const { chunks, result } = measured(body);
  const source = fromSource(gathered(chunks, GATHER_BYTES));
  const upload = new Upload({
    client,
    params: { Bucket: bucket, Key: fullKey(key), Body: Readable.from(source.chunks, { objectMode: false }) },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  });
  try {
    await upload.done();
  } catch (error) {
    if (source.failure() !== undefined) throw source.failure();
    const stored = { key, ...result() };
    if (!(await isThere(connection, stored))) throw errors.unavailable(`storing "${key}"`, error);
    return stored;
  }
  return { key, ...result() };
};

/** Remembers whether the caller's own stream failed: then that is the error to show. */
const fromSource = (
  source: AsyncIterable<Uint8Array>,
): { chunks: AsyncIterable<Uint8Array>; failure: () => unknown } => {
  let failure: unknown;
  async function* pass(): AsyncIterable<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return { chunks: pass(), failure: () => failure };
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
