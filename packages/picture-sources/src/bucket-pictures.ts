import { isPlainKey, ObjectNotFoundError, readBucketAddress, StoreUnavailableError } from '@batchmill/object-store';
import type { BucketReader } from '@batchmill/object-store';
import type { PictureProblem } from './check-links.ts';

export type BucketPicturesOptions = {
  buckets: BucketReader;
  /** Names of buckets that may be read. */
  allowed: readonly string[];
  maxBytes: number;
  timeoutMs?: number;
};

const TIMEOUT_MS = 60_000;

/**
 * Reads `s3://bucket/key`; null for any other path. What the row is to blame for is a problem; throws StoreUnavailableError where
 * the store does not answer, so that it is tried again.
 */
export const readBucketPicture = async (
  path: string,
  { buckets, allowed, maxBytes, timeoutMs = TIMEOUT_MS }: BucketPicturesOptions,
): Promise<{ bytes: Uint8Array } | PictureProblem | null> => {
  if (!path.startsWith('s3://')) return null;
  const address = readBucketAddress(path);
  if (address === null || !isPlainKey(address.key)) {
    const message = `"${path.slice(0, 200)}" is no address of an object; expected s3://bucket/key without "." or ".." between slashes`;
    return { code: 'image-address', message };
  }
  const { bucket, key } = address;
  const named = `the picture "${key}" of bucket "${bucket}"`;
  if (!allowed.includes(bucket)) {
    const remedy = 'have the bucket added to API_INPUT_BUCKETS where the server is started';
    return { code: 'image-not-allowed', message: `${named} may not be read here: ${remedy}` };
  }
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { bytes, chunks } = await buckets.open(bucket, key, { signal });
    if (bytes > maxBytes) {
      return { code: 'image-too-large', message: `${named} has ${bytes} bytes; at most ${maxBytes} can be sent` };
    }
    return { bytes: Buffer.concat(await Array.fromAsync(chunks)) };
  } catch (error) {
    if (error instanceof ObjectNotFoundError) {
      return { code: 'image-missing', message: `${named} is not there: no such object, or no such bucket` };
    }
    if (error instanceof StoreUnavailableError && error.isRefusal) {
      return { code: 'image-unreadable', message: `${named} could not be read: ${error.message}` };
    }
    throw error;
  }
};
