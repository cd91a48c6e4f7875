import { openS3Store } from '@batchmill/object-store';
import { describeObjectStore } from '@batchmill/object-store/conformance';
import { afterAll, beforeAll } from 'vitest';
import { startS3Server } from './start-s3-server.ts';
import type { S3Server } from './start-s3-server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

describeObjectStore('a bucket', () =>
  openS3Store({
    endpoint: server.url,
    bucket: server.bucket('conformance'),
    prefix: 'some/where',
    accessKeyId: server.accessKeyId,
    secretAccessKey: server.secretAccessKey,
  }),
);
