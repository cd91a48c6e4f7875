import { HeadObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../object-store.ts';
import type { S3Connection } from './connection.ts';

/** Size and time of an object, null when there is none. */
export const headObject = async (
  { client, bucket, errors, fullKey }: S3Connection,
  key: string,
): Promise<ObjectInfo | null> => {
  try {
    const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: fullKey(key) }));
    return { key, bytes: found.ContentLength ?? 0, modifiedAtMs: found.LastModified?.getTime() ?? 0 };
  } catch (error) {
    if (errors.meaning(error) === 'absent') return null;
    throw errors.unavailable(`looking at "${key}"`, error);
  }
};
