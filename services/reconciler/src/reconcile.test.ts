import { jobAccepted, jobReadyToExport, pollDue, requestsBuilt, runLive } from '@batchmill/contracts';
import { createFlow, createReservations, defaultFlowSettings, submissionName } from '@batchmill/flow';
import type { Flow, Reservations } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import {
  batch,
  chunk,
  closedRecord,
  closeStage,
  ended,
  file,
  intent,
  livePart,
  outcomesBody,
  partPlan,
  pipeline,
  refused,
  row,
  shardRef,
  temporaryLedger,
  withdrawn,
} from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import {
  budgets,
  closedShards,
  connectQueues,
  dueShards,
  epoch,
  inFlight,
  progress,
  tokenPools,
} from '@batchmill/queue';
import type { Queues } from '@batchmill/queue';
import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createReconciler } from './reconcile.ts';

let server: TestRedis;
let queues: Queues;
let folder: TemporaryLedger;
let flow: Flow;
let reservations: Reservations;
let failures: unknown[];
let round: () => Promise<void>;

const run = { tenant: shardRef.tenant, job: shardRef.job, run: 1 };
const submission = (shard: number, number = 1) => ({
  ...run,
  shard,
  stage: '001',
  attempt: 1,
  part: 0,
  submission: number,
});
const sums = {
  rows: 10,
  sourceRows: 10,
  rejectedRows: 0,
  rejectsByReason: {},
  startAfter: [{ from: 0, stage: '000' }],
};

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
  folder = await temporaryLedger();
  const { ledger, clock } = folder;
  const now = () => clock.nowMs;
  flow = createFlow({ ledger, queues, settings: defaultFlowSettings, now });
  reservations = createReservations({ queues, limits: () => null });
  failures = [];
  round = newReconciler().round;
  return () => folder[Symbol.asyncDispose]();
});

const newReconciler = () =>
  createReconciler({
    ledger: folder.ledger,
    flow,
    queues,
    providers: {
      names: ['openai'],
      get: () => ({}) as never,
      isConfigured: () => false,
      settings: () => flow.settings,
    },
    reservations,
    epoch: epoch(queues.redis),
    due: dueShards(queues.redis),
    events: {
      overdue: () => {},
      rebuilt: () => {},
      failed: (error) => void failures.push(error),
      adopted: () => {},
      rogue: () => {},
    },
    now: () => folder.clock.nowMs,
    random: () => 0.5,
    deploymentId: 'd',
    pollTickMs: 60_000,
    walkMs: 900_000,
    auditMs: 1e12,
  });

const place = async (shard: number, number = 1): Promise<void> => {
  const { ledger } = folder;
  await ledger.write(keys.file(submission(shard, number)), file());
  await ledger.write(keys.intent(submission(shard, number)), intent);
};

/** Shard 0 has a batch, shard 1 a claim without an answer, shard 2 an ended batch, shard 3 is closed and has cost $2. */
const midway = async (): Promise<void> => {
  const { ledger } = folder;
  await folder.addJob(pipeline({ stages: [pipeline().stages[0] as never] }));
  for (const shard of [0, 1, 2, 3]) await closeStage(ledger, { ...run, shard }, '000', [row(String(shard))]);
  await ledger.write(keys.shards(run), { shards: 4, ...sums });
  for (const shard of [0, 1, 2]) {
    await ledger.write(keys.plan(submission(shard)), { rows: 1, asked: 1, parts: [partPlan()] });
    await place(shard);
  }
  await ledger.write(keys.batch(submission(0)), batch);
  await ledger.write(keys.batch(submission(2)), { batchId: 'b2', adopted: false });
  await ledger.write(keys.ended(submission(2)), ended('completed', { outputFileId: 'o' }));
  await closeStage(ledger, { ...run, shard: 3 }, '001', [row('3')], { cost: 2 });
};

const stateOfRedis = async () => ({
  due: (await dueShards(queues.redis).overdue(Infinity, 99)).map(({ shard }) => shard).sort(),
  inFlight: Object.fromEntries(await inFlight(queues.redis).list('openai')),
  pool: Object.fromEntries(await tokenPools(queues.redis).holdings({ account: 'openai', model: 'm' })),
  paidMicros: await budgets(queues.redis).total(run.job),
  closed: await closedShards(queues.redis).size(run),
  progress: await progress(queues.redis).totals(run),
});

describe('when Redis was lost', () => {
  test('a live part that is being asked holds its share of the budget again', async () => {
    const { ledger } = folder;
    const { plan } = livePart();
    await folder.addJob(pipeline({ stages: [pipeline().stages[0] as never] }));
    await closeStage(ledger, { ...run, shard: 0 }, '000', [row('0')]);
    await ledger.write(keys.shards(run), { shards: 1, ...sums });
    await ledger.write(keys.plan(submission(0)), { rows: 1, asked: 1, parts: [plan] });
    await ledger.write(keys.chunk(submission(0), 1), chunk());
    await queues.redis.command('FLUSHALL');
    await round();
    expect(await stateOfRedis()).toMatchObject({ pool: {}, paidMicros: plan.estimatedCost * 1e6 });
    expect((await queues.counts(runLive)).waiting).toBe(1);
  });

  test('everything is as before after one round, and nothing is submitted until then', async () => {
    await midway();
    await round();
    const before = await stateOfRedis();
    expect(before).toMatchObject({
      due: [0, 1, 2],
      inFlight: { 'batch-1': { shard: 0 } },
      closed: 1,
      paidMicros: 5e6,
      progress: { '001': { entering: 4, ok: 1, closed: 1, batchesOpen: 1, batchesEnded: 1, paidMicros: 2e6 } },
    });
    expect(Object.values(before.pool)).toEqual([100, 100]);
    await queues.redis.command('FLUSHALL');
    expect(await reservations.take(submission(0, 2), partPlan(), undefined)).toMatchObject({ kind: 'wait' });
    await round();
    expect(await stateOfRedis()).toEqual(before);
    expect(await reservations.take(submission(0, 2), partPlan(), undefined)).toEqual({ kind: 'reserved' });
    expect((await queues.counts(requestsBuilt)).waiting).toBe(1);
    expect((await queues.counts(pollDue)).delayed + (await queues.counts(pollDue)).waiting).toBeGreaterThan(0);
  });

  test('what earlier runs of a job have paid counts for its budget again', async () => {
    await midway();
    for (const shard of [0, 1, 2])
      await closeStage(folder.ledger, { ...run, shard }, '001', [row(String(shard))], { cost: 1 });
    await folder.ledger.write(keys.done(run), { state: 'completed', rows: 4, outcomes: {} });
    const second = { ...run, run: 2 };
    await folder.ledger.write(keys.run(second), { run: 2, reason: 'retry' });
    await folder.ledger.write(keys.shards(second), { shards: 1, ...sums });
    await folder.ledger.write(keys.closed({ ...second, shard: 0 }, '000'), closedRecord(1, { takenOver: true }));
    await round();
    expect(await budgets(queues.redis).total(run.job)).toBe(5e6);
  });

  test('what comes to its end while the pools are being refilled holds no room, in whatever stage', async () => {
    await midway();
    const { ledger } = folder;
    // after the shard was read: the claim of shard 1 is refused, and the shard is closed
    const restore = reservations.restore;
    reservations.restore = async (ref, plan, holds) => {
      if (ref.shard === 1) {
        await ledger.write(keys.refused(submission(1)), refused('fenced'));
        await closeStage(ledger, { ...run, shard: 1 }, '001', [row('1')]);
      }
      await restore(ref, plan, holds);
    };
    await round();
    expect(Object.keys((await stateOfRedis()).pool)).toEqual([submissionName(submission(0))]);
    expect((await stateOfRedis()).paidMicros).toBe(4e6);
  });

  test('two reconcilers at once rebuild the same', async () => {
    await midway();
    await Promise.all([newReconciler().round(), newReconciler().round()]);
    expect(await stateOfRedis()).toMatchObject({ due: [0, 1, 2], paidMicros: 5e6, closed: 1 });
  });

  test('a run whose records cannot be understood keeps no other from being submitted', async () => {
    await midway();
    const broken = 'aaaaaaaaaaaaaaaa';
    await folder.addJob(pipeline(), [], broken);
    await folder.ledger.store.putIfAbsent(keys.shards({ ...run, job: broken }).key, Buffer.from('{'));
    await round();
    expect(failures.length).toBeGreaterThan(0);
    expect(await epoch(queues.redis).get()).not.toBeNull();
    expect(await stateOfRedis()).toMatchObject({ due: [0, 1, 2] });
  });
});

describe('a walk', () => {
  test('gives back the room that dead processes have left taken, in closed stages too', async () => {
    await midway();
    const { ledger } = folder;
    await ledger.write(keys.refused(submission(1)), refused('fenced'));
    await ledger.write(keys.intent(submission(1, 2)), withdrawn);
    await ledger.write(keys.outcomes(submission(2)), outcomesBody(1, 0));
    for (const shard of [1, 2]) await closeStage(ledger, { ...run, shard }, '001', [row(String(shard))]);
    await epoch(queues.redis).set('1');
    for (const ref of [submission(0), submission(1), submission(1, 2), submission(2)])
      await reservations.restore(ref, partPlan(), { tokens: true });
    await round();
    expect(Object.keys((await stateOfRedis()).pool)).toEqual([submissionName(submission(0))]);
  });
});

describe('a round', () => {
  test('asks overdue shards what comes next, and only those', async () => {
    await midway();
    await round();
    folder.clock.nowMs += defaultFlowSettings.overdueMs - 1;
    const asked: number[] = [];
    const { advance } = flow;
    flow.advance = async (ref) => {
      asked.push(ref.shard);
      await advance(ref);
    };
    await round();
    expect(asked).toEqual([]);
    folder.clock.nowMs += 1;
    await round();
    expect(asked.sort()).toEqual([0, 1, 2]);
  });

  test('in which one shard cannot be advanced goes on with the others, and comes back to it later', async () => {
    await midway();
    await round();
    const { advance } = flow;
    const asked: number[] = [];
    flow.advance = async (ref) => {
      if (ref.shard === 0) throw new Error('cannot be read');
      asked.push(ref.shard);
      await advance(ref);
    };
    folder.clock.nowMs += 20_000;
    await round();
    expect(asked.sort()).toEqual([1, 2]);
    expect(failures).toHaveLength(1);
    expect(await dueShards(queues.redis).overdue(folder.clock.nowMs, 9)).toEqual([]);
    folder.clock.nowMs += 40_000;
    expect((await dueShards(queues.redis).overdue(folder.clock.nowMs, 9)).map(({ shard }) => shard)).toContain(0);
  });

  test('looks after a job that nobody told ingest of, and a run that nobody told the exporter of', async () => {
    await folder.addJob(pipeline());
    await round();
    expect((await queues.counts(jobAccepted)).waiting).toBe(1);
    await folder.ledger.write(keys.shards(run), { shards: 0, ...sums });
    folder.clock.nowMs += 60_000;
    await round();
    expect((await queues.counts(jobReadyToExport)).waiting).toBe(1);
    await folder.ledger.write(keys.done(run), { state: 'completed', rows: 0, outcomes: {} });
    folder.clock.nowMs += 60_000;
    await round();
    expect(await Array.fromAsync(folder.ledger.openRuns('default'))).toEqual([]);
  });
});
