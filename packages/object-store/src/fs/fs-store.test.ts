import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeObjectStore } from '../conformance.ts';
import { StoreUnavailableError } from '../errors.ts';
import { probeStore } from '../probe.ts';
import { openFsStore, openFsStoreWith } from './fs-store.ts';
import { createFile } from './place-file.ts';
import type { CreateFile } from './place-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fs-store-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeObjectStore('a folder', () => openFsStore({ root: join(folder, 'conformance'), fsync: false }));

describe('a store in a folder', () => {
  const open = (name: string, fsync = false) => openFsStore({ root: join(folder, name), fsync });

  it('is honest to the probe, also with every write synced', async () => {
    expect(await probeStore(await open('probe', true))).toEqual({ ledgerMode: 'strict', failures: [] });
  });

  it('keeps no unfinished file after success, refusal or failure', async () => {
    const store = await open('tidy');
    await store.putIfAbsent('a/b', Buffer.from('1'));
    await store.putIfAbsent('a/b', Buffer.from('2'));
    await store.putBlob('a/c', Buffer.from('3'));
    async function* failing(): AsyncIterable<Uint8Array> {
      yield Buffer.from('4');
      throw new Error('broken');
    }
    await expect(store.putBlob('a/d', failing())).rejects.toThrow('broken');
    expect(await readdir(join(folder, 'tidy', '.tmp'))).toEqual([]);
  });

  it('clears what writers left that were killed more than a day ago, and nothing younger', async () => {
    const temporaryFolder = join(folder, 'orphans', '.tmp');
    await mkdir(temporaryFolder, { recursive: true });
    for (const name of ['old', 'young']) await writeFile(join(temporaryFolder, name), 'x');
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 3_600_000);
    await utimes(join(temporaryFolder, 'old'), twoDaysAgo, twoDaysAgo);
    await open('orphans');
    expect(await readdir(temporaryFolder)).toEqual(['young']);
  });

  it('says which disk is full, keeps nothing half written, and works again once there is space', async () => {
    let freeBytes = 0;
    const smallDisk: CreateFile = async (path) => {
      const handle = await createFile(path);
      return {
        write: async (buffer: Uint8Array, offset: number) => {
          if (buffer.byteLength > freeBytes) {
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
          }
          return handle.write(buffer, offset);
        },
        datasync: () => handle.datasync(),
        close: () => handle.close(),
      } as Awaited<ReturnType<CreateFile>>;
    };
    const root = join(folder, 'full');
    const store = await openFsStoreWith({ root }, smallDisk);
    for (const write of [store.putIfAbsent, store.putBlob]) {
      const error: unknown = await write('a', Buffer.from('12')).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(String(error)).toContain(`The disk that holds ${root} is full`);
    }
    expect(await readdir(root)).toEqual(['.tmp']);
    expect(await readdir(join(root, '.tmp'))).toEqual([]);
    freeBytes = 2;
    expect(await store.putIfAbsent('a', Buffer.from('12'))).toEqual({ created: true });
  });

  it('writes and deletes beside each other in the same folder without losing a write', async () => {
    const store = await open('pruning');
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        await store.putIfAbsent(`deep/er/${index % 5}/file-${index}`, Buffer.from('x'));
        await store.delete(`deep/er/${index % 5}/file-${index}`);
      }),
    );
    await store.putIfAbsent('deep/er/last', Buffer.from('x'));
    expect(await store.head('deep/er/last')).not.toBeNull();
  });
});
