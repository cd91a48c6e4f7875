import { HeadObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../object-store.ts';
import type { S3Connection } from './connection.ts';

/** A 200 of somebody between us and the store would make an object of nothing: S3 itself always tells the ETag. */
export const NO_ETAG = 'the answer tells no ETag, so it is hardly the store that gave it';

/** Size, time and ETag of an object, null when there is none. */
export const headObject = async (
  { client, bucket, errors, fullKey }: S3Connection,
  key: string,
): Promise<(ObjectInfo & { etag: string | undefined }) | null> => {
  try {
    const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: fullKey(key) }));
    if (found.ETag === undefined) throw new Error(NO_ETAG);
    const { ContentLength: bytes = 0, LastModified, ETag: etag } = found;
    return { key, bytes, modifiedAtMs: LastModified?.getTime() ?? 0, etag };
  } catch (error) {
    if (errors.meaning(error) === 'absent') return null;
    throw errors.unavailable(`looking at "${key}"`, error);
  }
};
