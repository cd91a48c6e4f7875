import { MAX_RECORD_BYTES } from '@batchmill/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from './keys.ts';
import { LedgerCorruptionError, openRecords, RecordTooLargeError } from './records.ts';
import type { Records } from './records.ts';
import { shardRef } from './testing/facts.ts';
import { temporaryStore } from './testing/temporary-store.ts';
import type { TemporaryStore } from './testing/temporary-store.ts';

let folder: TemporaryStore;
let nonces = 0;
const open = (cacheBytes?: number): Records =>
  openRecords({
    store: folder.store,
    now: () => 7,
    nonce: () => `n${(nonces += 1)}`,
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
  });
beforeAll(async () => {
  folder = await temporaryStore();
});
afterAll(() => folder[Symbol.asyncDispose]());

const submission = (number: number) => ({ ...shardRef, stage: '001', attempt: 1, part: 0, submission: number });
const batchAt = (number: number) => keys.batch(submission(number));
const body = (batchId: string) => ({ batchId, adopted: false });

test('the first record under a key stays; whoever comes later is given it', async () => {
  const written = await Promise.all(Array.from({ length: 8 }, (_, i) => open().write(batchAt(1), body(`b${i}`))));
  expect(written.filter(({ created }) => created)).toHaveLength(1);
  expect(new Set(written.map(({ record }) => record.batchId)).size).toBe(1);
  expect(await open().read(batchAt(1))).toEqual(written[0]?.record);
});

test('a record says its version, its time and its own nonce', async () => {
  const { record } = await open().write(batchAt(2), body('b'));
  expect(record).toEqual({ v: 1, at: 7, nonce: `n${nonces}`, batchId: 'b', adopted: false });
});

test('the same body written twice by different hands has one author', async () => {
  expect((await open().write(batchAt(3), body('b'))).created).toBe(true);
  expect((await open().write(batchAt(3), body('b'))).created).toBe(false);
});

test('a record of exactly 256 KB is kept, one byte more is refused and nothing is written', async () => {
  const records = open();
  const { record } = await records.write(batchAt(4), body(''));
  const room = MAX_RECORD_BYTES - JSON.stringify(record).length - (`n${nonces + 1}`.length - record.nonce.length);
  await expect(records.write(batchAt(5), body('x'.repeat(room + 1)))).rejects.toThrow(RecordTooLargeError);
  expect(await records.exists(batchAt(5))).toBe(false);
  nonces -= 1;
  expect((await records.write(batchAt(5), body('x'.repeat(room)))).created).toBe(true);
});

test('what is not of its shape is neither written nor believed', async () => {
  await expect(open().write(batchAt(6), { batchId: 7 as never, adopted: false })).rejects.toThrow(
    LedgerCorruptionError,
  );
  await folder.store.putIfAbsent(batchAt(7).key, Buffer.from('{"v":2,"nonce":"","at":1,"batchId":"b","adopted":true}'));
  await expect(open().read(batchAt(7))).rejects.toThrow(LedgerCorruptionError);
  await folder.store.putIfAbsent(batchAt(8).key, Buffer.from('{"v":1'));
  await expect(open().read(batchAt(8))).rejects.toThrow(LedgerCorruptionError);
});

test('absence is never remembered, and a removed record is gone at once', async () => {
  const records = open();
  expect(await records.read(batchAt(9))).toBeNull();
  await open().write(batchAt(9), body('b'));
  expect(await records.read(batchAt(9))).not.toBeNull();
  await records.remove(batchAt(9));
  expect(await records.read(batchAt(9))).toBeNull();
  expect(await records.exists(batchAt(9))).toBe(false);
});

test('R18 a record removed in the moment of its second writing is written again, not taken for damage', async () => {
  await open().write(batchAt(50), body('old'));
  const { store } = folder;
  const removing = new Proxy(store, {
    get: (target, property) =>
      property === 'get'
        ? async (key: string) => {
            await target.delete(key);
            return target.get(key);
          }
        : Reflect.get(target, property, target),
  });
  const records = openRecords({ store: removing, now: () => 7, nonce: () => 'mine' });
  expect(await records.write(batchAt(50), body('new'))).toMatchObject({ created: true, record: { batchId: 'new' } });
});

test('memory for records is bounded, and what was let go is read again', async () => {
  const records = open(1000);
  for (let i = 10; i < 40; i += 1) await records.write(batchAt(i), body(`b${i}`));
  expect((await records.read(batchAt(10)))?.batchId).toBe('b10');
});
