import { openS3Store, probeStore } from '@batchmill/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultKind } from './faults.ts';
import { startS3Server } from './start-s3-server.ts';
import type { S3Server } from './start-s3-server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
  server.bucket('probed');
});
afterAll(() => server.close());

const probe = async () => {
  const store = await openS3Store({ ...server, endpoint: server.url, bucket: 'probed' });
  try {
    return await probeStore(store);
  } finally {
    await store.close();
  }
};

describe('R9 R10 the start-up probe', () => {
  it('finds an honest store strict, and leaves nothing in it', async () => {
    expect(await probe()).toEqual({ ledgerMode: 'strict', failures: [] });
    const store = await openS3Store({ ...server, endpoint: server.url, bucket: 'probed' });
    for await (const info of store.list('')) expect.unreachable(`left behind: ${info.key}`);
  });

  it.each<[FaultKind, string]>([
    ['ignore-if-none-match', 'A write-once record is written a second time'],
    ['ignore-if-match', 'stale If-Match'],
    ['race', 'Of 16 writers of one key at the same time'],
    ['stale-list', 'not listed right after it was written'],
  ])('finds out a store with %s, and says so', async (kind, sentence) => {
    server.faults.set({ kind });
    const found = await probe();
    server.faults.clear();
    expect(found.ledgerMode).toBe('single-writer');
    expect(found.failures.join(' ')).toContain(sentence);
  });
});
