import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from './keys.ts';
import { openLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { attemptOf } from './shard-facts.ts';
import {
  batch,
  closedRecord,
  ended,
  file,
  intent,
  outcomesBody,
  partPlan,
  results,
  shardRef,
  stages,
} from './testing/facts.ts';
import { temporaryStore } from './testing/temporary-store.ts';
import type { TemporaryStore } from './testing/temporary-store.ts';

let folder: TemporaryStore;
let ledger: Ledger;
beforeAll(async () => {
  folder = await temporaryStore();
  ledger = openLedger({ store: folder.store });
});
afterAll(() => folder[Symbol.asyncDispose]());

const attempt = (shard: number, number = 1) => ({ ...shardRef, shard, stage: '001', attempt: number });
const part = (shard: number, number = 0) => ({ ...attempt(shard), part: number });
const submission = (shard: number, number: number) => ({ ...part(shard), submission: number });

test('the facts of a shard are all its records, and none of another shard', async () => {
  for (const shard of [1, 12]) {
    const ref = { ...shardRef, shard };
    await ledger.write(keys.closed(ref, '000'), closedRecord(10));
    await ledger.write(keys.plan(attempt(shard)), { rows: 10, asked: 10, parts: [partPlan(5), partPlan(5)] });
  }
  await ledger.write(keys.file(submission(1, 1)), file());
  await ledger.write(keys.intent(submission(1, 1)), intent);
  await ledger.write(keys.batch(submission(1, 1)), batch);
  await ledger.write(keys.ended(submission(1, 1)), ended('expired'));
  await ledger.write(keys.file(submission(1, 10)), file());
  await ledger.write(keys.file(submission(1, 2)), file());
  await ledger.write(keys.results(part(1)), results);
  const facts = await ledger.shardFacts({ ...shardRef, shard: 1 }, stages);
  expect(facts).toMatchObject({
    shardClosed: false,
    closed: [{ stage: '000' }],
    current: { stage: { number: '001' } },
  });
  const [first, second] = attemptOf(facts, '001', 1)?.parts ?? [];
  expect(first?.submissions.map(({ number }) => number)).toEqual([1, 2, 10]);
  expect(first?.submissions[0]).toMatchObject({ file: {}, intent: {}, batch: {}, ended: { state: 'expired' } });
  expect(first?.results).toBeDefined();
  expect(second).toMatchObject({ part: 1, submissions: [] });
  const other = await ledger.shardFacts({ ...shardRef, shard: 12 }, stages);
  expect(attemptOf(other, '001', 1)?.parts[0]?.submissions).toEqual([]);
  expect(await ledger.batches({ ...shardRef, shard: 1 })).toMatchObject([
    { stage: '001', attempt: 1, part: 0, submission: 1, batch: { batchId: 'batch-1' }, ended: { state: 'expired' } },
  ]);
});

test('a closed stage makes the next one the present one; after the last there is none', async () => {
  const ref = { ...shardRef, shard: 2 };
  await ledger.write(keys.closed(ref, '000'), closedRecord(10));
  await ledger.write(keys.outcomes(attempt(2)), outcomesBody(10, 0));
  await ledger.write(keys.closed(ref, '001'), closedRecord(10));
  expect(await ledger.shardFacts(ref, stages)).toMatchObject({ current: { stage: { number: '002' }, attempts: [] } });
  await ledger.write(keys.closed(ref, '002'), closedRecord(10));
  expect((await ledger.shardFacts(ref, stages)).current).toBeUndefined();
});

test('a shard that starts in a later stage stands there', async () => {
  const ref = { ...shardRef, run: 2, shard: 0 };
  await ledger.write(keys.closed(ref, '001'), closedRecord(3, { takenOver: true }));
  expect(await ledger.shardFacts(ref, stages)).toMatchObject({ current: { stage: { number: '002' } } });
});

test('a shard without any record has no present stage', async () => {
  expect((await ledger.shardFacts({ ...shardRef, shard: 99 }, stages)).current).toBeUndefined();
});

test('controls written at the same moment all count; a cancel is final for its run', async () => {
  const ref = { ...shardRef, job: 'controlledjob000' };
  await Promise.all([
    ledger.addControl(ref, { kind: 'pause' }),
    ledger.addControl(ref, { kind: 'cancel' }),
    ledger.addControl(ref, { kind: 'pause' }),
  ]);
  expect(await ledger.control(ref)).toEqual({ paused: true, cancelled: true });
  await ledger.addControl(ref, { kind: 'resume', maxCost: 5 });
  expect(await ledger.control(ref)).toEqual({ paused: false, cancelled: true, maxCost: 5 });
  // the next run starts free, but with the budget the user has set last
  expect(await ledger.control({ ...ref, run: 2 })).toEqual({ paused: false, cancelled: false, maxCost: 5 });
});

test('runs are numbered by their folders, open ones are known by their marker', async () => {
  const ref = { tenant: 'other', job: 'abcdefghijklmnop' };
  expect(await ledger.latestRun(ref)).toBe(0);
  for (const run of [1, 2, 10]) await ledger.write(keys.run({ ...ref, run }), { run, reason: 'retry' });
  expect(await ledger.latestRun(ref)).toBe(10);
  expect(await Array.fromAsync(ledger.openRuns('other'))).toEqual([]);
  await ledger.write(keys.openMarker(ref), { run: 1 });
  expect(await Array.fromAsync(ledger.openRuns('other'))).toEqual([{ ...ref, run: 10 }]);
});
