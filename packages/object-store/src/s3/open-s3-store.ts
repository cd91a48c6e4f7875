import type { ObjectStore } from '../object-store.ts';
import type { S3StoreOptions } from './options.ts';

/**
 * Opens a store in a bucket. Throws InputError when the bucket is missing or the credentials are refused,
 * StoreUnavailableError when the store does not answer.
 */
export const openS3Store = async (options: S3StoreOptions): Promise<ObjectStore> => {
  // The SDK takes 0.2 s to load; who keeps everything in a folder need not wait for it.
  const { createS3Store } = await import('./s3-store.ts');
  return createS3Store(options);
};
