import type { CompiledPipeline, Row } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { closeStage, pipeline, reject, row, shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { beforeEach, expect, test } from 'vitest';
import { finalRows, rowsOfShardNow } from './final-rows.ts';
import type { RunShards } from './final-rows.ts';

let folder: TemporaryLedger;
const compiled: CompiledPipeline = pipeline();
beforeEach(async () => {
  folder = await temporaryLedger();
  return () => folder[Symbol.asyncDispose]();
});

const run = (number: number) => ({ tenant: shardRef.tenant, job: shardRef.job, run: number });
const shard = (number: number, runNumber = 1) => ({ ...run(runNumber), shard: number });
const shards = async (
  runNumber: number,
  count: number,
  startAfter: { from: number; stage: string }[],
): Promise<RunShards> => {
  const sums = { rows: 0, sourceRows: 0, rejectedRows: 0, rejectsByReason: {} };
  await folder.ledger.write(keys.shards(run(runNumber)), { shards: count, startAfter, ...sums });
  return { ref: run(runNumber), shards: count };
};
const end = (number: number, lastStage: string, runNumber = 1, quarantined = false) =>
  folder.ledger.write(keys.shardClosed(shard(number, runNumber)), { lastStage, rows: 0, quarantined });
const all = async (...runs: RunShards[]) =>
  (await Array.fromAsync(finalRows(folder.ledger, compiled, runs))).map(
    ({ row: { id }, outcome }) => `${id} ${outcome}`,
  );
const rows = (...ids: string[]): Row[] => ids.map((id) => row(id));

test('rows of a shard come in source order, whether they are delivered or ended in some stage', async () => {
  const { ledger } = folder;
  await closeStage(ledger, shard(0), '000', rows('0', '2', '3', '4'), { rejects: [reject('1', '000', 'invalid')] });
  await closeStage(ledger, shard(0), '001', rows('0', '3', '4'), { rejects: [reject('2', '001', 'failed')] });
  await closeStage(ledger, shard(0), '002', rows('3', '4'), { rejects: [reject('0', '002', 'refused')] });
  await end(0, '002');
  expect(await all(await shards(1, 1, [{ from: 0, stage: '000' }]))).toEqual([
    '0 refused',
    '1 invalid',
    '2 failed',
    '3 ok',
    '4 ok',
  ]);
});

test('copies of an expanded row stand in its place, in their order', async () => {
  const { ledger } = folder;
  await closeStage(ledger, shard(0), '000', rows('9', 'a', 'b'));
  await closeStage(ledger, shard(0), '001', rows('9', 'a_0', 'a_1', 'a_2', 'b'));
  await closeStage(ledger, shard(0), '002', rows('9', 'a_0', 'a_2', 'b'), {
    rejects: [reject('a_1', '002', 'failed')],
  });
  await end(0, '002');
  const only = await shards(1, 1, [{ from: 0, stage: '000' }]);
  expect(await all(only)).toEqual(['9 ok', 'a_0 ok', 'a_1 failed', 'a_2 ok', 'b ok']);
});

/** Run 1: two shards; rows 1 (stage 1), 2 (stage 2) and the whole second shard (given up) are left to run 2. */
const firstRun = async (): Promise<RunShards> => {
  const { ledger } = folder;
  await closeStage(ledger, shard(0), '000', rows('1', '2', '3', '4'), { rejects: [reject('0', '000', 'invalid')] });
  await closeStage(ledger, shard(0), '001', rows('2', '3'), {
    rejects: [reject('1', '001', 'failed'), reject('4', '001', 'removed')],
  });
  await closeStage(ledger, shard(0), '002', rows('3'), { rejects: [reject('2', '002', 'expired')] });
  await end(0, '002');
  await closeStage(ledger, shard(1), '000', rows('5', '6'));
  await ledger.write(keys.quarantined(shard(1)), { stage: '001', queue: 'q', code: 'crashed', message: 'died' });
  await end(1, '000', 1, true);
  return shards(1, 2, [{ from: 0, stage: '000' }]);
};

test('a shard that was given up has its open rows failed, with the reason', async () => {
  const first = await firstRun();
  expect(await all(first)).toEqual(['0 invalid', '1 failed', '2 expired', '3 ok', '4 removed', '5 failed', '6 failed']);
  const [, given] = await Array.fromAsync(rowsOfShardNow(folder.ledger, compiled, shard(1)));
  expect(given).toMatchObject({
    reject: { stage: '001', step: 'step-001', reason: { code: 'crashed', message: 'died' } },
  });
});

test('what a later run has made takes the place of the rejection; every row is there once, in order', async () => {
  const { ledger } = folder;
  const first = await firstRun();
  const second = await shards(2, 2, [
    { from: 0, stage: '000' },
    { from: 1, stage: '001' },
  ]);
  await closeStage(ledger, shard(0, 2), '000', rows('1', '5', '6'), { takenOver: true });
  await closeStage(ledger, shard(0, 2), '001', rows('1', '6'), { rejects: [reject('5', '001', 'failed')] });
  await closeStage(ledger, shard(0, 2), '002', rows('1', '6'));
  await end(0, '002', 2);
  // the second shard of run 2 still runs
  await closeStage(ledger, shard(1, 2), '001', rows('2'), { takenOver: true });
  expect(await all(first, second)).toEqual(['0 invalid', '1 ok', '3 ok', '4 removed', '5 failed', '6 ok']);
  await closeStage(ledger, shard(1, 2), '002', rows('2'));
  await end(1, '002', 2);
  expect(await all(first, second)).toEqual(['0 invalid', '1 ok', '2 ok', '3 ok', '4 removed', '5 failed', '6 ok']);
  const third = await shards(3, 1, [{ from: 0, stage: '000' }]);
  await closeStage(ledger, shard(0, 3), '000', rows('5'), { takenOver: true });
  await closeStage(ledger, shard(0, 3), '001', rows('5'));
  await closeStage(ledger, shard(0, 3), '002', rows('5'));
  await end(0, '002', 3);
  expect(await all(first, second, third)).toEqual(['0 invalid', '1 ok', '2 ok', '3 ok', '4 removed', '5 ok', '6 ok']);
});

test('of a shard on its way rows are open until they end', async () => {
  const { ledger } = folder;
  await closeStage(ledger, shard(0), '000', rows('0', '1'));
  await closeStage(ledger, shard(0), '001', rows('1'), { rejects: [reject('0', '001', 'failed')] });
  const now = await Array.fromAsync(rowsOfShardNow(ledger, compiled, shard(0)));
  expect(now.map(({ row: { id }, outcome }) => `${id} ${outcome}`)).toEqual(['0 failed', '1 open']);
  expect(await all(await shards(1, 1, [{ from: 0, stage: '000' }]))).toEqual([]);
});
