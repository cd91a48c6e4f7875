import { ObjectNotFoundError } from '../errors.ts';
import type { S3Connection } from './connection.ts';
import type { S3StoreOptions } from './options.ts';

/** An object of a bucket that is not our store: its size, what its owner calls this version, and its bytes, once. */
export type BucketObject = { bytes: number; etag: string | undefined; chunks: AsyncIterable<Uint8Array> };

export type BucketReader = {
  /**
   * Looks at an object by its key as it stands in the bucket. Reading goes on where a connection broke, and only as long as
   * the object is the same. Throws ObjectNotFoundError (no such key, or no such bucket), StoreUnavailableError (cannot be
   * asked, or refuses us); reading also throws StoreCorruptionError (it has changed).
   */
  open(bucket: string, key: string, options?: { signal?: AbortSignal }): Promise<BucketObject>;
  close(): Promise<void>;
};

export type BucketReaderOptions = Omit<S3StoreOptions, 'bucket' | 'prefix' | 'createBucket'>;

/** Reads objects of other buckets, with the credentials of one account. Nothing is asked of S3 before the first object. */
export const openBucketReader = (options: BucketReaderOptions): BucketReader => {
  const connections = new Map<string, S3Connection>();
  return {
    async open(bucket, key, { signal } = {}) {
      // The SDK takes 0.2 s to load; most processes are never asked for an object.
      const [{ connect }, { headObject }, { readObject }] = await Promise.all([
        import('./connection.ts'),
        import('./head-object.ts'),
        import('./read-object.ts'),
      ]);
      const connection = connections.get(bucket) ?? connect({ ...options, bucket });
      connections.set(bucket, connection);
      const found = await headObject(connection, key);
      if (found === null) throw new ObjectNotFoundError(key);
      const { bytes, etag } = found;
      const reading = { ...(etag === undefined ? {} : { etag }), ...(signal === undefined ? {} : { signal }) };
      return { bytes, etag, chunks: readObject(connection, key, reading) };
    },
    close: async () => {
      for (const { client } of connections.values()) client.destroy();
    },
  };
};
