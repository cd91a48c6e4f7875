import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptId, request, simulatorInTest } from '../simulator-in-test.ts';
import { createGroupTable } from './group-table.ts';
import { hash64 } from './group-of.ts';
import { openMeter } from './meter.ts';

describe('the meter of a running simulator', () => {
  it('counts a row that is paid again after an intact answer, in whatever attempt', async () => {
    await using simulator = await simulatorInTest();
    await simulator.runBatch([request(attemptId(1, 1)), request(attemptId(2, 1))]);
    expect(await simulator.meter()).toMatchObject({ files: 1, batches: 1, rows_paid: 2, rows_paid_twice: 0 });
    await simulator.runBatch([request(attemptId(1, 2), 'asked in other words')]);
    expect(await simulator.meter()).toMatchObject({
      files: 2,
      batches: 2,
      rows_paid: 3,
      rows_paid_twice: 1,
      rows_repaid_after_fault: 0,
    });
  });

  it('sees two batches of the same file as a double payment', async () => {
    await using simulator = await simulatorInTest();
    const fileId = await simulator.upload([request(attemptId(1, 1))]);
    const both = [await simulator.create(fileId), await simulator.create(fileId)];
    for (const { id } of both) await simulator.toEnd(id);
    expect(await simulator.meter()).toMatchObject({ rows_paid: 2, rows_paid_twice: 1 });
  });

  it.each([['refused'], ['truncated'], ['missing'], ['garbage']])(
    'counts a row asked again after a %s answer apart',
    async (fault) => {
      await using simulator = await simulatorInTest();
      await simulator.setFaults({ rows: { [fault]: 1 } });
      await simulator.runBatch([request(attemptId(1, 1))]);
      await simulator.setFaults({});
      await simulator.runBatch([request(attemptId(1, 2))]);
      expect(await simulator.meter()).toMatchObject({ rows_paid: 2, rows_paid_twice: 0, rows_repaid_after_fault: 1 });
      await simulator.runBatch([request(attemptId(1, 3))]);
      expect(await simulator.meter()).toMatchObject({ rows_paid: 3, rows_paid_twice: 1, rows_repaid_after_fault: 1 });
    },
  );

  it('does not hold a row that failed or never ran against its next attempt', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ rows: { errors: [{ status: 500, rate: 1 }] } });
    await simulator.runBatch([request(attemptId(1, 1))]);
    await simulator.setFaults({ batches: [{ ends: 'expired', afterShare: 0, times: 1 }] });
    await simulator.runBatch([request(attemptId(1, 2))]);
    await simulator.setFaults({});
    await simulator.runBatch([request(attemptId(1, 3))]);
    expect(await simulator.meter()).toMatchObject({ rows_paid: 1, rows_paid_twice: 0, rows_repaid_after_fault: 0 });
  });

  it('takes other ids as the same row only with the same body', async () => {
    await using simulator = await simulatorInTest();
    await simulator.runBatch([request('request-1', 'one thing')]);
    await simulator.runBatch([request('request-1', 'another thing')]);
    expect((await simulator.meter()).rows_paid_twice).toBe(0);
    await simulator.runBatch([request('request-1', 'one thing')]);
    expect((await simulator.meter()).rows_paid_twice).toBe(1);
  });

  it('counts realtime answers, and tells them apart by X-Client-Request-Id', async () => {
    await using simulator = await simulatorInTest();
    const ask = (headers = {}) => simulator.post('/v1/chat/completions', request('x').body, headers);
    await ask();
    await ask();
    expect(await simulator.meter()).toMatchObject({ rows_paid: 2, rows_paid_twice: 0 });
    const id = { 'x-client-request-id': attemptId(7, 1) };
    await simulator.setFaults({ requests: [{ on: 'chat.create', effect: 'cut', when: 'after', times: 1 }] });
    await expect(ask(id)).rejects.toThrow('fetch failed');
    await ask(id);
    expect(await simulator.meter()).toMatchObject({ rows_paid_twice: 0, rows_repaid_after_fault: 1 });
    await ask(id);
    expect(await simulator.meter()).toMatchObject({ rows_paid: 5, rows_paid_twice: 1 });
  });
});

describe('the meter file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meter-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives the same reading after it was opened again, and says what each batch had', () => {
    const path = join(folder, 'meter.bin');
    const meter = openMeter(path);
    const bill = (group: string, batchSeq: number, intact: boolean): void =>
      meter.bill({ group, batchSeq, intact, inputTokens: 10, outputTokens: 5 });
    for (let row = 0; row < 100_000; row += 1) bill(`row ${row}`, 1, row % 2 === 0);
    for (let row = 0; row < 100; row += 1) bill(`row ${row}`, 2, true);
    const reading = meter.reading();
    expect(reading).toEqual({
      rows_paid: 100_100,
      rows_paid_twice: 50,
      rows_repaid_after_fault: 50,
      input_tokens: 1_001_000,
      output_tokens: 500_500,
    });
    meter.close();
    const again = openMeter(path);
    expect(again.reading()).toEqual(reading);
    expect([again.billedBefore(1), again.billedBefore(2), again.billedBefore(3)]).toEqual([100_000, 100, 0]);
    again.close();
  });

  it('keeps a state for each of many groups', () => {
    const table = createGroupTable();
    const keys = Array.from({ length: 20_000 }, (_, index) => hash64(`group ${index}`));
    for (const [index, { high, low }] of keys.entries()) table.set(high, low, index % 2 === 0 ? 1 : 2);
    expect(keys.filter(({ high, low }, index) => table.stateOf(high, low) !== (index % 2 === 0 ? 1 : 2))).toEqual([]);
    const other = hash64('never seen');
    expect(table.stateOf(other.high, other.low)).toBe(0);
  });
});
