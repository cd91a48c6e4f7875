import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openBucket } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import { noSuchBucket, S3Error } from './s3-error.ts';

/** All buckets of a server; those of an earlier server in the same folder are there again. */
export type Buckets = {
  names(): string[];
  has(name: string): boolean;
  /** Throws NoSuchBucket. */
  get(name: string): Bucket;
  create(name: string): void;
  remove(name: string): void;
  close(): void;
};

const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export const openBuckets = (root: string): Buckets => {
  mkdirSync(root, { recursive: true });
  const names = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const buckets = new Map(names.map(({ name }) => [name, openBucket(root, name)]));
  const get = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  };
  return {
    names: () => [...buckets.keys()].sort(),
    has: (name) => buckets.has(name),
    get,
    create: (name) => {
      if (!NAME.test(name)) throw new S3Error('InvalidBucketName', 400, `The bucket name ${name} is not allowed`);
      if (buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou', 409, `The bucket ${name} is yours already`);
      buckets.set(name, openBucket(root, name));
    },
    remove: (name) => {
      const bucket = get(name);
      if (bucket.size() > 0) throw new S3Error('BucketNotEmpty', 409, `The bucket ${name} is not empty`);
      bucket.close();
      buckets.delete(name);
      rmSync(join(root, name), { recursive: true });
    },
    close: () => {
      for (const bucket of buckets.values()) bucket.close();
    },
  };
};
