/** An object of a bucket. */
export type BucketAddress = { bucket: string; key: string };

const MAX_KEY_BYTES = 1024;

/** Reads `s3://bucket/key`; null for any other text. The key stands there as it is in the bucket: `?`, `#` and `%` are part of it. */
export const readBucketAddress = (url: string): BucketAddress | null => {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(url) ?? [];
  return bucket === undefined || key === undefined ? null : { bucket, key };
};

/** Some stores take `..` for the folder above, which is another bucket. Longer keys, and halves of letters, are in no bucket. */
export const isPlainKey = (key: string): boolean =>
  !key.split('/').some((part) => part === '.' || part === '..') &&
  key.isWellFormed() &&
  Buffer.byteLength(key) <= MAX_KEY_BYTES &&
  // oxlint-disable-next-line no-control-regex -- a request cannot carry them
  !/[\u0000-\u001f\u007f]/.test(key);
