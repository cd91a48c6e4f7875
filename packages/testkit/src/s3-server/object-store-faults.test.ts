import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectNotFoundError, openS3Store, StoreCorruptionError, StoreUnavailableError } from '@batchmill/object-store';
import type { ObjectStore } from '@batchmill/object-store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultKind } from './faults.ts';
import { startS3Server } from './start-s3-server.ts';
import type { S3Server } from './start-s3-server.ts';

const TIMEOUTS = { connectMs: 2_000, socketMs: 600, requestMs: 1_200, chunkMs: 400 };
const BLOB = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7 + (index >> 8)) & 255));
const LARGE = Buffer.alloc(17 * 1024 * 1024, 'batchmill ');

let dir = '';
let server: S3Server;
let store: ObjectStore;

const open = (changes: object = {}): Promise<ObjectStore> =>
  openS3Store({ ...server, endpoint: server.url, bucket: 'faults', timeouts: TIMEOUTS, ...changes });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 's3-faults-'));
  server = await startS3Server({ dir });
  server.bucket('faults');
  store = await open();
  await store.putBlob('blob', BLOB);
});
afterEach(() => server.faults.clear());
afterAll(async () => {
  await store.close();
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

const readAll = async (key = 'blob', options: Parameters<ObjectStore['read']>[1] = {}): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(key, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
};
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
const putsOf = (key: string): number =>
  server.requests().filter((seen) => seen.operation === 'PutObject' && seen.key === key).length;

describe('R9 writing a record to a store that breaks', () => {
  const once: FaultKind[] = [
    'drop-request',
    'slow-down',
    'internal-error',
    'conflict',
    'stall-before-headers',
    'lost-reply',
  ];
  it.each(once)('gets over %s: created, with our bytes, in at most one more try', async (kind) => {
    server.faults.set({ kind, operation: 'PutObject' });
    expect(await store.putIfAbsent(`once/${kind}`, Buffer.from(kind))).toEqual({ created: true });
    expect(Buffer.from((await store.get(`once/${kind}`)) ?? []).toString()).toBe(kind);
    expect(server.faults.hits(kind)).toBeGreaterThan(0);
    expect(putsOf(`once/${kind}`)).toBe(2);
  });

  it('gives up after three tries with an error that may be retried, says where, and shows no secret', async () => {
    server.faults.set({ kind: 'internal-error', times: 100 });
    const error = await failureOf(store.putIfAbsent('never', Buffer.from('x')));
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(String(error)).toContain(
      `S3 store ${server.url}, bucket "faults": writing "never" failed: InternalError 500`,
    );
    expect(JSON.stringify(error) + String(error)).not.toContain(server.secretAccessKey);
    expect(putsOf('never')).toBe(3);
  });
});

describe('R9 reading from a store that breaks', () => {
  it.each<FaultKind>(['stall-in-body', 'drop-in-body', 'short-body'])(
    'goes on by range after %s, and the bytes are right',
    async (kind) => {
      const before = server.faults.hits(kind);
      server.faults.set({ kind, operation: 'GetObject', afterBytes: 100_001 }, { kind, operation: 'GetObject' });
      expect((await readAll('blob')).equals(BLOB)).toBe(true);
      expect((await readAll('blob', { start: 5, end: 300_000 })).equals(BLOB.subarray(5, 300_000))).toBe(true);
      expect(server.faults.hits(kind) - before).toBe(2);
    },
  );

  it.each<FaultKind>(['drop-request', 'slow-down', 'stall-before-headers'])('gets over %s', async (kind) => {
    server.faults.set({ kind, operation: 'GetObject' });
    expect((await readAll()).equals(BLOB)).toBe(true);
  });

  it('gives up on a body that never brings a byte, in bounded time', async () => {
    server.faults.set({ kind: 'drop-in-body', afterBytes: 0, times: 1_000 });
    expect(await failureOf(readAll())).toBeInstanceOf(StoreUnavailableError);
  });

  it.each([false, true])('never mixes two objects, also when If-Match is ignored: %s', async (isLying) => {
    if (isLying) server.faults.set({ kind: 'ignore-if-match' });
    await store.putBlob('changing', BLOB);
    server.faults.set({ kind: 'drop-in-body', afterBytes: 150_000 });
    const reading = async (): Promise<void> => {
      let isFirst = true;
      for await (const _ of store.read('changing')) {
        if (isFirst) await store.putBlob('changing', Buffer.alloc(BLOB.byteLength, 'other'));
        isFirst = false;
      }
    };
    expect(await failureOf(reading())).toBeInstanceOf(StoreCorruptionError);
  });

  it('says that an object deleted in the middle is not there', async () => {
    await store.putBlob('vanishing', BLOB);
    server.faults.set({ kind: 'drop-in-body', afterBytes: 1_000 });
    const reading = async (): Promise<void> => {
      for await (const _ of store.read('vanishing')) await store.delete('vanishing');
    };
    expect(await failureOf(reading())).toBeInstanceOf(ObjectNotFoundError);
  });

  it('waits for a slow reader: its pauses do not count as stalls', async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.read('blob')) {
      if (chunks.push(chunk) === 1) await new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUTS.chunkMs));
    }
    expect(Buffer.concat(chunks).equals(BLOB)).toBe(true);
  });
});

describe('R9 an error in a 200, as somebody before the store may send it', () => {
  const listed = async (): Promise<string[]> => (await Array.fromAsync(store.list(''))).map(({ key }) => key);

  it.each<[string, () => Promise<unknown>]>([
    ['HeadObject', () => store.head('nowhere')],
    ['GetObject', () => store.get('nowhere')],
    ['PutObject', () => store.putIfAbsent('not/written', Buffer.from('x'))],
    ['ListObjectsV2', listed],
  ])('is no answer to %s', async (operation, work) => {
    server.faults.set({ kind: 'error-in-ok', operation: operation as 'HeadObject', times: 100 });
    expect(await failureOf(work())).toBeInstanceOf(StoreUnavailableError);
  });
});

describe('R9 storing a blob in a store that breaks', () => {
  const openUploads = (): Promise<string[]> => readdir(join(dir, 'faults', 'uploads'));

  it.each<[FaultKind, 'UploadPart' | 'CompleteMultipartUpload' | 'CreateMultipartUpload']>([
    ['internal-error', 'CreateMultipartUpload'],
    ['drop-request', 'UploadPart'],
    ['lost-reply', 'UploadPart'],
    ['error-in-ok', 'CompleteMultipartUpload'],
    ['lost-reply', 'CompleteMultipartUpload'],
  ])('gets over %s on %s, and leaves no unfinished upload', async (kind, operation) => {
    server.faults.set({ kind, operation });
    const stored = await store.putBlob(`large/${operation.toLowerCase()}-${kind}`, LARGE);
    expect((await readAll(stored.key, { expect: stored })).byteLength).toBe(LARGE.byteLength);
    expect(await openUploads()).toEqual([]);
  });

  it('gives up when parts are refused for good: nothing is visible, nothing is left', async () => {
    server.faults.set({ kind: 'internal-error', operation: 'UploadPart', times: 1_000 });
    expect(await failureOf(store.putBlob('large/refused', LARGE))).toBeInstanceOf(StoreUnavailableError);
    expect(await store.head('large/refused')).toBeNull();
    expect(await openUploads()).toEqual([]);
  });
});

describe('opening a store that cannot be used', () => {
  it('names a missing bucket and what to do; makes it when allowed', async () => {
    expect(String(await failureOf(open({ bucket: 'missing' })))).toMatch(/bucket "missing" does not exist.*Create it/);
    const made = await open({ bucket: 'made-here', createBucket: true });
    expect(await made.putIfAbsent('a', Buffer.from('x'))).toEqual({ created: true });
  });

  it('names refused credentials, without the secret', async () => {
    const error = await failureOf(open({ secretAccessKey: 'quite-wrong' }));
    expect(String(error)).toContain('Check the access key, the secret key');
    expect(String(error)).not.toContain('quite-wrong');
    expect(String(await failureOf(open({ accessKeyId: 'nobody' })))).toContain('Check the access key');
  });

  it('says that nothing answers at the address', async () => {
    const error = await failureOf(open({ endpoint: 'http://user:hidden@127.0.0.1:1' }));
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(String(error)).toMatch(/S3 store http:\/\/127\.0\.0\.1:1, .*ECONNREFUSED.*Check that the store runs/);
    expect(String(error)).not.toContain('hidden');
  });
});
