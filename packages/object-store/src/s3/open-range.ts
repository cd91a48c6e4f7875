import { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ObjectNotFoundError, StoreCorruptionError } from '../errors.ts';
import type { S3Connection } from './connection.ts';
import { headObject, NO_ETAG } from './head-object.ts';

/** An open answer: its body begins at the byte asked for. `size` is the whole object's. */
export type OpenRange = { body: Readable; size: number; etag: string | undefined };

export type RangeWanted = { position: number; end: number | undefined; etag: string | undefined; signal?: AbortSignal };

/** Asks for an object from a byte on; null when it has no such byte. */
export const openRange = async (
  connection: S3Connection,
  key: string,
  { position, end, etag, signal }: RangeWanted,
): Promise<OpenRange | null> => {
  const { client, bucket, errors, fullKey } = connection;
  const isWhole = position === 0 && end === undefined;
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: fullKey(key),
    ...(isWhole ? {} : { Range: `bytes=${position}-${end === undefined ? '' : end - 1}` }),
    ...(etag === undefined ? {} : { IfMatch: etag }),
  });
  try {
    const answer = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
    if (!(answer.Body instanceof Readable)) throw new Error('the answer has no body');
    const body = answer.Body;
    try {
      if (answer.ETag === undefined) throw new Error(NO_ETAG);
      if (etag !== undefined && answer.ETag !== etag)
        throw new StoreCorruptionError(key, 'it changed while it was read');
      const size = isWhole
        ? (answer.ContentLength ?? (await headObject(connection, key))?.bytes)
        : sizeOfRange(answer.ContentRange, position);
      if (size === undefined) throw new Error('the store ignores the range asked for');
      return { body, size, etag: answer.ETag };
    } catch (error) {
      body.destroy();
      throw error;
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof StoreCorruptionError) throw error;
    const meaning = errors.meaning(error);
    if (meaning === 'range') return null;
    if (meaning === 'absent') throw new ObjectNotFoundError(key);
    if (meaning === 'exists') throw new StoreCorruptionError(key, 'it changed while it was read');
    throw errors.unavailable(`reading "${key}"`, error);
  }
};

const sizeOfRange = (contentRange: string | undefined, position: number): number | undefined => {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? '');
  return match !== null && Number(match[1]) === position ? Number(match[2]) : undefined;
};
