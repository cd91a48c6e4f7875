import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectQueues } from '../connect-queues.ts';
import type { Queues } from '../connect-queues.ts';
import { budgets } from './budgets.ts';
import { closedShards } from './closed-shards.ts';
import { dueShards } from './due-shards.ts';
import { epoch } from './epoch.ts';
import { inFlight } from './in-flight.ts';
import { progress } from './progress.ts';
import { tokenPools } from './token-pools.ts';

let server: TestRedis;
let queues: Queues;

beforeAll(async () => {
  server = await startTestRedis();
  queues = connectQueues(server.connection);
});

beforeEach(async () => void (await queues.redis.command('FLUSHALL')));

afterAll(async () => {
  await queues.close();
  await server.stop();
});

const run = { tenant: 'default', job: 'abcdefghijklmnop', run: 1 };
const shard = (number: number) => ({ ...run, shard: number });
const submission = { ...shard(0), stage: '001', attempt: 1, part: 0, submission: 1 };

describe('token pools', () => {
  const pool = { account: 'openai', model: 'm' };

  test('what is reserved at the same moment never exceeds the limit', async () => {
    const pools = tokenPools(queues.redis);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => pools.reserve(pool, `s${i}`, 30, 100)));
    expect(answers.filter((answer) => answer === 'reserved')).toHaveLength(3);
    const held = [...(await pools.holdings(pool)).values()].reduce((sum, tokens) => sum + tokens, 0);
    expect(held).toBe(90);
  });

  test('reserving and releasing twice is once', async () => {
    const pools = tokenPools(queues.redis);
    expect(await pools.reserve(pool, 'a', 100, 100)).toBe('reserved');
    expect(await pools.reserve(pool, 'a', 100, 100)).toBe('reserved');
    expect(await pools.reserve(pool, 'b', 1, 100)).toBe('full');
    await pools.release(pool, 'a', 100);
    await pools.release(pool, 'a', 100);
    expect(await pools.reserve(pool, 'b', 100, 100)).toBe('reserved');
  });

  test('what is above the whole limit waits for an empty pool and then has it alone', async () => {
    const pools = tokenPools(queues.redis);
    await pools.reserve(pool, 'a', 1, 100);
    expect(await pools.reserve(pool, 'big', 101, 100)).toBe('full');
    expect(await pools.release(pool, 'a', 1)).toEqual(['big']);
    expect(await pools.reserve(pool, 'big', 101, 100)).toBe('too-large');
    expect(await pools.reserve(pool, 'a', 1, 100)).toBe('full');
  });

  test('whoever gives room back is told who has waited longest and fits in, each of them once', async () => {
    const pools = tokenPools(queues.redis);
    const wait = (name: string, tokens: number) => pools.reserve(pool, name, tokens, 100);
    await wait('large', 80);
    await wait('small', 20);
    for (const [name, tokens] of [
      ['a', 30],
      ['b', 50],
      ['c', 30],
    ] as const)
      expect(await wait(name, tokens)).toBe('full');
    // asking again is no second place
    expect(await wait('b', 50)).toBe('full');
    expect(await pools.release(pool, 'large', 80)).toEqual(['a', 'b']);
    expect(await pools.release(pool, 'large', 80)).toEqual([]);
    expect(await wait('b', 50)).toBe('reserved');
    expect(await wait('a', 30)).toBe('reserved');
    // at least one is told: beside what is free already there may be room
    expect(await pools.release(pool, 'small', 20)).toEqual(['c']);
  });

  test('who gets room, or gives his place back, stands in line no longer', async () => {
    const pools = tokenPools(queues.redis);
    await pools.reserve(pool, 'a', 60, 100);
    for (const name of ['b', 'c', 'd']) expect(await pools.reserve(pool, name, 50, 100)).toBe('full');
    expect(await pools.release(pool, 'b', 50)).toEqual([]);
    expect(await pools.reserve(pool, 'c', 50, 110)).toBe('reserved');
    expect(await pools.release(pool, 'a', 60)).toEqual(['d']);
  });

  test('without a limit everything fits; pools of other models and accounts are others', async () => {
    const pools = tokenPools(queues.redis);
    expect(await pools.reserve(pool, 'a', 1e9, null)).toBe('reserved');
    expect(await pools.reserve({ ...pool, model: 'n' }, 'b', 100, 100)).toBe('reserved');
    await pools.clear(pool);
    expect((await pools.holdings(pool)).size).toBe(0);
  });
});

describe('budgets', () => {
  test('what is reserved at the same moment never exceeds the limit; a settled entry counts as what it cost', async () => {
    const budget = budgets(queues.redis);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => budget.reserve('job', `e${i}`, 400_000, 1_000_000)),
    );
    expect(answers.filter(Boolean)).toHaveLength(2);
    expect(await budget.total('job')).toBe(800_000);
    await budget.settle('job', 'e0', 100_000);
    await budget.settle('job', 'e0', 100_000);
    expect(await budget.total('job')).toBe(500_000);
    expect(await budget.reserve('job', 'late', 500_000, 1_000_000)).toBe(true);
    expect(await budget.reserve('job', 'late', 500_000, 1_000_000)).toBe(true);
    expect(await budget.reserve('job', 'later', 1, 1_000_000)).toBe(false);
    expect(await budget.reserve('job', 'later', 1, null)).toBe(true);
  });
});

describe('progress', () => {
  test('totals follow each shard, and the same report twice changes nothing', async () => {
    const shown = progress(queues.redis);
    await shown.set(shard(0), '001', { entering: 500, ok: 10 });
    await shown.set(shard(1), '001', { entering: 300, ok: 5, failed: 1 });
    await shown.set(shard(1), '001', { entering: 300, ok: 5, failed: 1 });
    await shown.set(shard(0), '001', { entering: 500, ok: 499 });
    await shown.set(shard(0), '001', { entering: 500, ok: 499 });
    await shown.set(shard(0), '002', { entering: 499 });
    expect(await shown.totals(run)).toEqual({
      '001': { entering: 800, ok: 504, failed: 1 },
      '002': { entering: 499 },
    });
    await shown.set(shard(1), '001', { entering: 300, ok: 6 });
    expect((await shown.totals(run))['001']).toEqual({ entering: 800, ok: 505, failed: 0 });
    await shown.clear(run);
    expect(await shown.totals(run)).toEqual({});
  });

  test('listeners of the job hear of each change, and of nothing after they have left', async () => {
    const shown = progress(queues.redis);
    let heard = 0;
    const leave = await shown.subscribe(run, () => (heard += 1));
    const leaveToo = await shown.subscribe(run, () => (heard += 100));
    await shown.set(shard(0), '001', { ok: 1 });
    await vi.waitFor(() => expect(heard).toBe(101), { timeout: 20_000 });
    await shown.set(shard(0), '001', { ok: 1 }); // no change
    await leaveToo();
    await shown.announce(run);
    await vi.waitFor(() => expect(heard).toBe(102), { timeout: 20_000 });
    await leave();
    await shown.announce(run);
    expect(await queues.redis.command('PUBSUB', 'NUMSUB', queues.redis.key('changed', 'default', run.job))).toContain(
      0,
    );
    expect(heard).toBe(102);
  });
});

describe('the small ones', () => {
  test('batches in flight are known per account, with what they are for', async () => {
    const batches = inFlight(queues.redis);
    await batches.add('openai', 'batch_1', submission);
    await batches.add('openai', 'batch_1', submission);
    await batches.add('openai', 'batch_2', { ...submission, part: 1 });
    expect(await batches.accounts()).toEqual(['openai']);
    expect([...(await batches.list('openai')).keys()].sort()).toEqual(['batch_1', 'batch_2']);
    expect((await batches.list('openai')).get('batch_1')).toEqual(submission);
    await batches.remove('openai', 'batch_1');
    await batches.remove('openai', 'batch_2');
    expect(await batches.accounts()).toEqual([]);
    expect((await batches.list('openai')).size).toBe(0);
  });

  test('overdue shards come longest overdue first, within the limit', async () => {
    const due = dueShards(queues.redis);
    await due.set(shard(3), 3000);
    await due.set(shard(1), 1000);
    await due.set(shard(2), 9000);
    await due.set(shard(2), 2000);
    expect(await due.overdue(2500, 10)).toEqual([shard(1), shard(2)]);
    expect(await due.overdue(9999, 1)).toEqual([shard(1)]);
    await due.remove(shard(1));
    expect(await due.overdue(2500, 10)).toEqual([shard(2)]);
  });

  test('a shard that closes twice is counted once', async () => {
    const closed = closedShards(queues.redis);
    expect(await closed.add(shard(0))).toBe(1);
    expect(await closed.add(shard(0))).toBe(1);
    expect(await closed.add(shard(5))).toBe(2);
    await closed.clear(run);
    expect(await closed.add(shard(0))).toBe(1);
  });

  test('the epoch is gone with everything else', async () => {
    const mark = epoch(queues.redis);
    await mark.set('7');
    expect(await mark.get()).toBe('7');
    await queues.redis.command('FLUSHALL');
    expect(await mark.get()).toBeNull();
  });
});
