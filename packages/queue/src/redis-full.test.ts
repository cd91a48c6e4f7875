import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectQueues } from './connect-queues.ts';
import type { Queues } from './connect-queues.ts';
import { RedisFullError } from './errors.ts';
import { done } from './handler.ts';
import { redisFill } from './redis-room.ts';
import { collectEvents, gate, testQueue } from './test-queue.ts';

let redis: TestRedis;
let queues: Queues;
beforeEach(async () => {
  redis = await startTestRedis();
  queues = connectQueues(redis.connection);
});
afterEach(async () => {
  await queues.close();
  await redis.stop();
});

const limit = (bytes: number) => queues.redis.command('CONFIG', 'SET', 'maxmemory', bytes);
const fill = () => limit(1);
const empty = () => limit(0);
const isEmpty = { waiting: 0, active: 0, delayed: 0, failed: 0 };

test('R16 what would need room in a full Redis fails with an error that says so', async () => {
  await fill();
  await expect(queues.send(testQueue('full'), { id: 'a' })).rejects.toThrow(RedisFullError);
  await expect(queues.redis.command('SET', 'x', '1')).rejects.toThrow(
    /Redis is full \(its maxmemory is reached\): SET/,
  );
  expect(await redisFill(queues.redis)).toBeGreaterThan(1);
  await limit(1_000_000_000);
  expect(await redisFill(queues.redis)).toBeLessThan(0.1);
  await empty();
  expect(await redisFill(queues.redis)).toBe(0);
});

test('R16 work that meets a full Redis is held and uses up no attempt; with room again it goes on at once', async () => {
  const queue = testQueue('held', { attempts: 1 });
  const asked = testQueue('asked');
  const events = collectEvents();
  const attempts: number[] = [];
  const options = { concurrency: 2, onEvent: events.onEvent };
  const mayGoOn = gate();
  const consumer = queues.consume(
    queue,
    async ({ id }, { attempt }) => {
      attempts.push(attempt);
      await mayGoOn.promise;
      await queues.send(asked, { id });
      return done;
    },
    options,
  );
  for (const id of ['a', 'b', 'c']) await queues.send(queue, { id });
  await vi.waitFor(() => expect(attempts).toHaveLength(2), { timeout: 20_000 });
  await fill();
  mayGoOn.resolve();
  await vi.waitFor(() => expect(events.of('error')).not.toEqual([]), { timeout: 20_000 });
  await empty();
  await vi.waitFor(async () => expect(await queues.counts(queue)).toEqual(isEmpty), { timeout: 20_000 });
  expect((await queues.counts(asked)).waiting).toBe(3);
  expect([...new Set(attempts)]).toEqual([1]);
  expect(events.of('failed')).toEqual([]);
  await consumer.close();
});

test('R14 R16 a full Redis is nobody’s death: work that is held through it again and again is not quarantined', async () => {
  const queue = testQueue('innocent');
  const events = collectEvents();
  let runs = 0;
  const consumer = queues.consume(
    queue,
    async () => {
      runs += 1;
      if (runs <= 4) await fill();
      await queues.redis.command('SET', 'record', runs);
      return done;
    },
    { concurrency: 1, maxCrashes: 3, onEvent: events.onEvent },
  );
  await queues.send(queue, { id: 'a' });
  for (let times = 1; times <= 4; times += 1) {
    await vi.waitFor(() => expect(runs).toBe(times), { timeout: 20_000 });
    await empty();
  }
  await vi.waitFor(() => expect(events.of('done')).toHaveLength(1), { timeout: 20_000 });
  expect(events.of('quarantined')).toEqual([]);
  await consumer.close();
});

test('R16 a consumer of a full Redis asks now and then, and not as often as it can', async () => {
  const queue = testQueue('patient');
  await queues.send(queue, { id: 'a' });
  await fill();
  let handled = 0;
  const consumer = queues.consume(queue, async () => ((handled += 1), done), { concurrency: 4 });
  await consumer.ready();
  let own = 0;
  const calls = async (): Promise<number> => {
    own += 1;
    const info = String(await queues.redis.command('INFO', 'stats'));
    return Number(/total_commands_processed:(\d+)/.exec(info)?.[1]) - own;
  };
  const before = await calls();
  const startedMs = performance.now();
  await vi.waitFor(async () => expect((await calls()) - before).toBeGreaterThanOrEqual(10), { timeout: 20_000 });
  // at most 40 in a second
  expect(performance.now() - startedMs).toBeGreaterThan(250);
  await empty();
  await vi.waitFor(() => expect(handled).toBe(1), { timeout: 20_000 });
  await consumer.close();
});
