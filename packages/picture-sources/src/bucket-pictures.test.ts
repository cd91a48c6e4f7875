import { openBucketReader } from '@batchmill/object-store';
import type { BucketReader } from '@batchmill/object-store';
import { presign, startS3Server } from '@batchmill/testkit';
import type { S3Server } from '@batchmill/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readBucketPicture } from './bucket-pictures.ts';

let server: S3Server;
let buckets: BucketReader;

beforeAll(async () => {
  server = await startS3Server();
  const { accessKeyId, secretAccessKey, url: endpoint } = server;
  buckets = openBucketReader({ accessKeyId, secretAccessKey, endpoint });
  server.bucket('pictures');
  await put('a b/c%20?#.png', 'picture');
  await put('large.png', 'x'.repeat(2000));
  server.bucket('secrets');
});
afterEach(() => server.faults.clear());
afterAll(async () => {
  await buckets.close();
  await server.close();
});

const put = async (key: string, body: string): Promise<void> => {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const { ok } = await fetch(presign('PUT', `${server.url}/pictures/${path}`, server), { method: 'PUT', body });
  expect(ok).toBe(true);
};
const read = (path: string) => readBucketPicture(path, { buckets, allowed: ['pictures', 'gone'], maxBytes: 1000 });
const bytesRead = () => server.requests().filter(({ operation }) => operation === 'GetObject').length;

describe('a path s3://bucket/key', () => {
  test('is read from a bucket that is allowed, its key as it stands there', async () => {
    const found = await read('s3://pictures/a b/c%20?#.png');
    expect(found).toEqual({ bytes: Buffer.from('picture') });
  });

  test('of any other form is none of ours', async () => {
    expect(await read('images/a.png')).toBeNull();
    expect(server.requests().some(({ key }) => key === 'images/a.png')).toBe(false);
  });

  test.each([
    ['s3://secrets/a.png', 'image-not-allowed', 'the picture "a.png" of bucket "secrets" may not be read here'],
    ['s3://pictures/none.png', 'image-missing', 'the picture "none.png" of bucket "pictures" is not there'],
    ['s3://gone/a.png', 'image-missing', 'the picture "a.png" of bucket "gone" is not there'],
    ['s3://pictures/large.png', 'image-too-large', 'the picture "large.png" of bucket "pictures" has 2000 bytes'],
    ['s3://pictures/../secrets/a.png', 'image-address', 'is no address of an object'],
    ['s3://pictures', 'image-address', 'is no address of an object'],
    [`s3://pictures/${'k'.repeat(1025)}`, 'image-address', 'is no address of an object'],
    ['s3://pictures/\ud800', 'image-address', 'is no address of an object'],
  ])('that cannot be had is the fault of the row: %s', async (path, code, message) => {
    const before = bytesRead();
    expect(await read(path)).toEqual({ code, message: expect.stringContaining(message) as string });
    expect(bytesRead()).toBe(before);
  });

  test('is the fault of the row where we have no right to it, and that keeps the secret', async () => {
    const secretAccessKey = 'a-wrong-secret-key';
    const others = openBucketReader({ accessKeyId: server.accessKeyId, secretAccessKey, endpoint: server.url });
    const found = await readBucketPicture('s3://pictures/a.png', {
      buckets: others,
      allowed: ['pictures'],
      maxBytes: 9,
    });
    expect(found).toMatchObject({ code: 'image-unreadable' });
    expect(JSON.stringify(found)).not.toContain(secretAccessKey);
    await others.close();
  });

  test('is no fault of the row where the store does not answer', async () => {
    const away = openBucketReader({ accessKeyId: 'a', secretAccessKey: 'b', endpoint: 'http://127.0.0.1:9' });
    const options = { buckets: away, allowed: ['pictures'], maxBytes: 9 };
    await expect(readBucketPicture('s3://pictures/a.png', options)).rejects.toThrow('Check that the store runs');
    await away.close();
  });
});
