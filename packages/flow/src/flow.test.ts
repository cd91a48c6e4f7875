import {
  batchEnded,
  jobAccepted,
  jobReadyToExport,
  requestsBuilt,
  resultsStored,
  rowsReady,
  runLive,
} from '@batchmill/contracts';
import type { QueueContract } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import {
  base,
  chunk,
  closedRecord,
  ended,
  file,
  intent,
  livePart,
  outcomesBody,
  partPlan,
  pipeline,
  refused,
  results,
  shardRef,
  temporaryLedger,
  withdrawn,
} from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { budgets, connectQueues, dueShards, epoch, inFlight, tokenPools } from '@batchmill/queue';
import type { Queues } from '@batchmill/queue';
import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attention } from './attention.ts';
import { defaultFlowSettings } from './flow-settings.ts';
import { createFlow } from './flow.ts';
import { liveSubmission } from './ids.ts';
import type { Flow } from './flow.ts';
import { quarantine } from './quarantine.ts';
import { createReservations } from './reservations.ts';
import type { Reservations } from './reservations.ts';

let server: TestRedis;
let queues: Queues;
let folder: TemporaryLedger;
let flow: Flow;
let reservations: Reservations;

beforeAll(async () => {
  server = await startTestRedis();
  queues = connectQueues(server.connection);
});
afterAll(async () => {
  await queues.close();
  await server.stop();
});
beforeEach(async () => {
  await queues.redis.command('FLUSHALL');
  await epoch(queues.redis).set('1');
  folder = await temporaryLedger();
  flow = createFlow({ ledger: folder.ledger, queues, settings: defaultFlowSettings, now: () => folder.clock.nowMs });
  reservations = createReservations({ queues, limits: () => 1000 });
  await folder.addJob(pipeline());
  return () => folder[Symbol.asyncDispose]();
});

const run = { tenant: shardRef.tenant, job: shardRef.job, run: 1 };
const submission = (number: number) => ({ ...shardRef, stage: '001', attempt: 1, part: 0, submission: number });
const pool = { account: 'openai', model: 'm' };

const cutIntoShards = async (shards: number, ref = run): Promise<void> => {
  for (let shard = 0; shard < shards; shard += 1)
    await folder.ledger.write(keys.closed({ ...ref, shard }, '000'), closedRecord(10));
  const sums = {
    rows: 10,
    sourceRows: 10,
    rejectedRows: 0,
    rejectsByReason: {},
    startAfter: [{ from: 0, stage: '000' }],
  };
  await folder.ledger.write(keys.shards(ref), { shards, ...sums });
};
const plan = (): Promise<unknown> =>
  folder.ledger.write(keys.plan(submission(1)), { rows: 10, asked: 10, parts: [partPlan()] });
const waiting = async <Payload>(contract: QueueContract<Payload>): Promise<number> => {
  const { waiting: now, delayed } = await queues.counts(contract);
  return now + delayed;
};

describe('a shard', () => {
  test('is kept due before its messages go out, and twice the same is one message', async () => {
    await cutIntoShards(1);
    await flow.advance(shardRef);
    await flow.advance(shardRef);
    expect(await waiting(rowsReady)).toBe(1);
    const dueAt = folder.clock.nowMs + defaultFlowSettings.overdueMs;
    expect(await dueShards(queues.redis).overdue(dueAt - 1, 9)).toEqual([]);
    expect(await dueShards(queues.redis).overdue(dueAt, 9)).toEqual([shardRef]);
  });

  test('is looked at again only when its pause is over', async () => {
    await cutIntoShards(1);
    await plan();
    await folder.ledger.write(keys.refused(submission(1)), refused('rate-limited', 500_000));
    await flow.advance(shardRef);
    expect((await queues.counts(requestsBuilt)).delayed).toBe(1);
    expect(await dueShards(queues.redis).overdue(folder.clock.nowMs + 499_999, 9)).toEqual([]);
  });

  test('puts its open batches into the index and says what its owner has to do', async () => {
    await cutIntoShards(1);
    await plan();
    await folder.ledger.write(keys.intent(submission(1)), intent);
    await folder.ledger.write(keys.refused(submission(1)), refused('no-credit'));
    await flow.advance(shardRef);
    expect(await attention(queues).of(run.job)).toEqual({ waits: true, reason: 'refused: no-credit' });
    await folder.ledger.write(keys.intent(submission(2)), intent);
    await folder.ledger.write(keys.batch(submission(2)), { batchId: 'b', adopted: false });
    await flow.advance(shardRef);
    expect(await attention(queues).of(run.job)).toBeNull();
    expect(await inFlight(queues.redis).list('openai')).toEqual(new Map([['b', submission(2)]]));
  });

  test('that is closed leaves the clock; the last one sends the export', async () => {
    await cutIntoShards(2);
    for (const shard of [0, 1]) {
      const ref = { ...run, shard };
      await flow.advance(ref);
      for (const stage of ['001', '002']) await folder.ledger.write(keys.closed(ref, stage), closedRecord(10));
      expect(await waiting(jobReadyToExport)).toBe(0);
      await flow.advance(ref);
      expect(await folder.ledger.read(keys.shardClosed(ref))).toMatchObject({ lastStage: '002', rows: 10 });
    }
    expect(await waiting(jobReadyToExport)).toBe(1);
    expect(await dueShards(queues.redis).overdue(Infinity, 9)).toEqual([]);
  });

  test('that cannot be worked on is closed with its rows open, the others go on', async () => {
    await cutIntoShards(2);
    await quarantine(
      folder.ledger,
      flow,
      'rows-ready',
    )({ ...shardRef, stage: '001' }, { code: 'crashed', message: 'm' });
    expect(await folder.ledger.read(keys.shardClosed(shardRef))).toMatchObject({ quarantined: true, rows: 10 });
    expect(await folder.ledger.exists(keys.shardClosed({ ...run, shard: 1 }))).toBe(false);
  });

  test('that is given up waits for its batch, and remembers by name what else has failed', async () => {
    await cutIntoShards(1);
    await plan();
    await folder.ledger.write(keys.intent(submission(1)), intent);
    await folder.ledger.write(keys.batch(submission(1)), { batchId: 'b', adopted: false });
    const reason = { code: 'crashed', message: 'm' };
    const { submission: _, ...place } = submission(1);
    await quarantine(folder.ledger, flow, 'requests-built')(submission(1), reason);
    await quarantine(folder.ledger, flow, 'batch-ended')(place, reason);
    await quarantine(folder.ledger, flow, 'batch-ended')(place, reason);
    expect(await folder.ledger.exists(keys.shardClosed(shardRef))).toBe(false);
    expect(await inFlight(queues.redis).list('openai')).toEqual(new Map([['b', submission(1)]]));
    const { facts } = await flow.shard(shardRef);
    expect(facts.quarantined).toMatchObject([
      { queue: 'requests-built', attempt: 1, part: 0, submission: 1 },
      { queue: 'batch-ended', attempt: 1, part: 0 },
    ]);
    await folder.ledger.write(keys.ended(submission(1)), ended('completed', { outputFileId: 'o' }));
    await flow.advance(shardRef);
    expect(await waiting(batchEnded)).toBe(0);
    expect(await waiting(resultsStored)).toBe(1);
  });

  test('of which even the withdrawing has failed is withdrawn without the submitter', async () => {
    await cutIntoShards(1);
    await plan();
    const giveUp = quarantine(folder.ledger, flow, 'requests-built');
    await giveUp(submission(1), { code: 'crashed', message: 'm' });
    expect(await waiting(requestsBuilt)).toBe(1);
    expect(await folder.ledger.exists(keys.intent(submission(1)))).toBe(false);
    await giveUp(submission(1), { code: 'crashed', message: 'm' });
    expect(await folder.ledger.read(keys.intent(submission(1)))).toMatchObject({ withdrawn: true });
    expect(await waiting(resultsStored)).toBe(1);
  });
});

describe('room', () => {
  const held = async () => ({
    tokens: [...(await tokenPools(queues.redis).holdings(pool)).values()],
    micros: await budgets(queues.redis).total(run.job),
  });
  const take = (number: number, maxCost?: number) => reservations.take(submission(number), partPlan(), maxCost);

  test('is not given while Redis is being rebuilt', async () => {
    await epoch(queues.redis).clear();
    expect(await take(1)).toMatchObject({ kind: 'wait' });
    expect(await held()).toEqual({ tokens: [], micros: 0 });
  });

  test('in the pool is not taken by what is above the whole limit, known to us or named by the provider', async () => {
    const large = { ...partPlan(), estimatedTokens: 1001 };
    expect(await reservations.take(submission(1), large, undefined)).toEqual({ kind: 'too-large', limitTokens: 1000 });
    const told = await reservations.take(submission(1), partPlan(), undefined, 99);
    expect(told).toEqual({ kind: 'too-large', limitTokens: 99 });
    expect(await held()).toEqual({ tokens: [], micros: 0 });
    expect(await take(1)).toMatchObject({ kind: 'reserved' });
    // the lower of the two holds for the pool as well
    expect(await reservations.take(submission(2), partPlan(), undefined, 150)).toMatchObject({ kind: 'wait' });
  });

  test('in the pool is waited for in line: the first is sent for as soon as there is some', async () => {
    const large = { ...partPlan(), estimatedTokens: 600 };
    const take600 = (number: number) => reservations.take(submission(number), large, undefined);
    expect(await take600(1)).toMatchObject({ kind: 'reserved' });
    expect(await take600(2)).toMatchObject({ kind: 'wait' });
    expect(await take600(3)).toMatchObject({ kind: 'wait' });
    expect(await waiting(requestsBuilt)).toBe(0);
    await reservations.releaseTokens(submission(1), large);
    await reservations.releaseTokens(submission(1), large);
    expect(await waiting(requestsBuilt)).toBe(1);
    expect(await take600(2)).toMatchObject({ kind: 'reserved' });
    // given up before it had any: its place goes, and what the other holds goes to the next
    await reservations.release(submission(2), large);
    expect(await waiting(requestsBuilt)).toBe(2);
  });

  test('in the budget is refused together with the room in the pool', async () => {
    expect(await take(1, 1)).toEqual({ kind: 'reserved', alone: true });
    expect(await take(2, 1.99)).toMatchObject({ kind: 'over-budget' });
    expect(await held()).toEqual({ tokens: [100], micros: 1e6 });
    expect(await take(2, 2)).toEqual({ kind: 'reserved' });
    expect(await take(1, 0.1)).toEqual({ kind: 'reserved' });
  });

  const after = async (record: () => Promise<unknown>): Promise<unknown> => {
    await cutIntoShards(1);
    await plan();
    await take(1);
    await folder.ledger.write(keys.file(submission(1)), file());
    await record();
    await flow.advance(shardRef);
    return held();
  };

  test('is given back after a refusal, also when who was refused died before', async () => {
    const record = async () => {
      await folder.ledger.write(keys.intent(submission(1)), intent);
      await folder.ledger.write(keys.refused(submission(1)), refused('pool-full'));
    };
    expect(await after(record)).toEqual({ tokens: [], micros: 0 });
  });

  test('is given back by a withdrawn submission', async () => {
    expect(await after(() => folder.ledger.write(keys.intent(submission(1)), withdrawn))).toEqual({
      tokens: [],
      micros: 0,
    });
  });

  test('stays with a claim nobody knows the answer of, and with a batch', async () => {
    expect(await after(() => folder.ledger.write(keys.intent(submission(1)), intent))).toEqual({
      tokens: [100],
      micros: 1e6,
    });
    await folder.ledger.write(keys.batch(submission(1)), { batchId: 'b', adopted: false });
    await flow.advance(shardRef);
    expect(await held()).toEqual({ tokens: [100], micros: 1e6 });
  });

  test.each([
    ['that failed as a whole has cost nothing', ended('failed', { failure: 'pool-full' }), 0],
    ['that has ended keeps its cost reserved until it is accounted', ended('completed', { outputFileId: 'o' }), 1e6],
  ])('of a batch %s', async (_name, end, micros) => {
    const record = async () => {
      await folder.ledger.write(keys.intent(submission(1)), intent);
      await folder.ledger.write(keys.batch(submission(1)), { batchId: 'b', adopted: false });
      await folder.ledger.write(keys.ended(submission(1)), end);
    };
    expect(await after(record)).toEqual({ tokens: [], micros });
  });

  test('is replaced by what was paid once the attempt is accounted', async () => {
    const record = async () => {
      await folder.ledger.write(keys.intent(submission(1)), intent);
      await folder.ledger.write(keys.batch(submission(1)), { batchId: 'b', adopted: false });
      await folder.ledger.write(keys.ended(submission(1)), ended('completed', { outputFileId: 'o' }));
      await folder.ledger.write(keys.outcomes(submission(1)), { ...outcomesBody(10, 2), cost: 0.25 });
    };
    expect(await after(record)).toEqual({ tokens: [], micros: 250_000 });
  });
});

describe('a live part', () => {
  const { plan: live } = livePart();
  const ref = { ...shardRef, stage: '001', attempt: 1, part: 0 };
  const planLive = async () => {
    await cutIntoShards(1);
    await folder.ledger.write(keys.plan(ref), { rows: 10, asked: 10, parts: [live] });
  };

  test('is sent to the live-runner, once', async () => {
    await planLive();
    await flow.advance(shardRef);
    await folder.ledger.write(keys.chunk(ref, 1), chunk());
    await flow.advance(shardRef);
    expect(await waiting(runLive)).toBe(1);
    expect(await waiting(requestsBuilt)).toBe(0);
  });

  test('takes room in the budget, none among the tokens that wait, and gives it back when it is accounted', async () => {
    await planLive();
    const submitted = liveSubmission(ref);
    expect(await reservations.take(submitted, live, 1)).toEqual({ kind: 'reserved' });
    expect(await tokenPools(queues.redis).holdings(pool)).toEqual(new Map());
    const refusal = await reservations.take({ ...submitted, part: 1 }, live, 1);
    expect(refusal).toMatchObject({ kind: 'over-budget', reason: expect.stringContaining('the next 10 requests') });
    await folder.ledger.write(keys.results(ref), results);
    await flow.advance(shardRef);
    expect(await budgets(queues.redis).total(run.job)).toBe(1e6);
    await folder.ledger.write(keys.outcomes(ref), { ...outcomesBody(10, 2), cost: 0.25 });
    await flow.advance(shardRef);
    expect(await budgets(queues.redis).total(run.job)).toBe(250_000);
  });
});

describe('a run', () => {
  test('stands at ingest, at its shards, or at export', async () => {
    await flow.advanceRun(run);
    expect(await waiting(jobAccepted)).toBe(1);
    await cutIntoShards(0);
    await flow.advanceRun(run);
    expect(await waiting(jobReadyToExport)).toBe(1);
  });

  const finish = (): Promise<unknown> =>
    folder.ledger.write(keys.done(run), { state: 'completed', rows: 0, outcomes: {} });

  test('that is final is no longer open', async () => {
    await finish();
    await flow.checkRun(run);
    expect(await Array.fromAsync(folder.ledger.openRuns('default'))).toEqual([]);
  });

  test('that is final does not close its job when a retry has begun', async () => {
    await finish();
    await folder.ledger.write(keys.run({ ...run, run: 2 }), { run: 2, reason: 'retry' });
    await folder.ledger.write(keys.openMarker(run), { run: 2 });
    await flow.checkRun(run);
    await flow.advanceRun(run);
    expect(await Array.fromAsync(folder.ledger.openRuns('default'))).toEqual([{ ...run, run: 2 }]);
  });

  test('that was given up is failed, also when who gave it up died in between', async () => {
    await folder.ledger.write(keys.runFailed(run), { ...base, code: 'x', message: 'm', problems: [] });
    await flow.checkRun(run);
    expect(await folder.ledger.read(keys.done(run))).toMatchObject({ state: 'failed' });
    expect(await waiting(jobAccepted)).toBe(0);
    expect(await Array.fromAsync(folder.ledger.openRuns('default'))).toEqual([]);
  });

  test('without a job is left alone', async () => {
    await flow.advanceRun({ ...run, job: 'nosuchjob0000000' });
    expect(await waiting(jobAccepted)).toBe(0);
  });
});
