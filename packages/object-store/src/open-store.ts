import { fileURLToPath } from 'node:url';
import { InputError } from '@batchmill/contracts';
import { openFsStore } from './fs/fs-store.ts';
import type { FsStoreOptions } from './fs/fs-store.ts';
import type { ObjectStore } from './object-store.ts';
import { openS3Store } from './s3/open-s3-store.ts';
import type { S3StoreOptions } from './s3/options.ts';

/** What the address does not say. */
export type OpenStoreOptions = Omit<S3StoreOptions, 'bucket' | 'prefix'> & Omit<FsStoreOptions, 'root'>;

/** Opens `file:///absolute/folder` or `s3://bucket/prefix`. Throws InputError for any other address. */
export const openStore = async (url: string, options: OpenStoreOptions = {}): Promise<ObjectStore> => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'file:' && parsed.host === '' && parsed.pathname !== '/') {
    const { fsync } = options;
    return openFsStore({ root: fileURLToPath(parsed), ...(fsync === undefined ? {} : { fsync }) });
  }
  if (parsed?.protocol === 's3:' && parsed.hostname !== '') {
    const { fsync: _, ...s3Options } = options;
    return openS3Store({ ...s3Options, bucket: parsed.hostname, prefix: parsed.pathname });
  }
  throw new InputError([
    {
      code: 'store-address',
      message: 'The address of the object store cannot be used',
      found: JSON.stringify(withoutSecrets(url)),
      expected: '"file:///absolute/folder" or "s3://bucket/prefix"',
    },
  ]);
};

const withoutSecrets = (url: string): string => url.replace(/\/\/[^/@]*@/, '//…@');
