import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectQueues } from './connect-queues.ts';
import type { Queues } from './connect-queues.ts';
import { done, postpone } from './handler.ts';
import { testQueue } from './test-queue.ts';

let redis: TestRedis;
let queues: Queues;

beforeAll(async () => {
  redis = await startTestRedis();
  queues = connectQueues(redis.connection, { tickCheckMs: 100 });
});

afterAll(async () => {
  await queues.close();
  await redis.stop();
});

describe('every', () => {
  test('asked for by several processes it is one chain of ticks', async () => {
    const queue = testQueue('ticks');
    const others = connectQueues(redis.connection);
    const at: number[] = [];
    const consumer = queues.consume(queue, async () => (at.push(performance.now()), done), { concurrency: 4 });
    for (let i = 0; i < 5; i += 1) {
      await queues.every(queue, { id: 'a' }, 100);
      await others.every(queue, { id: 'a' }, 100);
    }
    await vi.waitFor(() => expect(at.length).toBeGreaterThanOrEqual(6), { timeout: 20_000 });
    const elapsedMs = (at.at(-1) ?? 0) - (at[0] ?? 0);
    expect(at.length - 1).toBeLessThanOrEqual(elapsedMs / 100 + 1);
    await consumer.close();
    await others.close();
  });

  test('asking again and again does not put the next tick off', async () => {
    const queue = testQueue('not-starved');
    let ticks = 0;
    const consumer = queues.consume(queue, async () => ((ticks += 1), done), { concurrency: 1 });
    await vi.waitFor(
      async () => {
        await queues.every(queue, { id: 'a' }, 100);
        expect(ticks).toBeGreaterThanOrEqual(3);
      },
      { timeout: 20_000, interval: 10 },
    );
    await consumer.close();
  });

  test('it goes on after Redis has lost everything', async () => {
    const queue = testQueue('outlives-flush');
    let ticks = 0;
    const consumer = queues.consume(queue, async () => ((ticks += 1), done), { concurrency: 1 });
    await queues.every(queue, { id: 'a' }, 50);
    await vi.waitFor(() => expect(ticks).toBeGreaterThan(0), { timeout: 20_000 });
    await queues.redis.command('FLUSHALL');
    const before = ticks;
    await vi.waitFor(() => expect(ticks).toBeGreaterThan(before + 2), { timeout: 20_000 });
    await consumer.close();
  });

  test('a tick that postpones leaves one message to wait and does not pile up', async () => {
    const queue = testQueue('postponing-ticks');
    let runs = 0;
    const consumer = queues.consume(queue, async () => ((runs += 1), postpone(60_000)), { concurrency: 1 });
    await queues.every(queue, { id: 'a' }, 30);
    await vi.waitFor(() => expect(runs).toBeGreaterThan(8), { timeout: 20_000 });
    expect((await queues.counts(queue)).delayed).toBeLessThanOrEqual(2); // the waiting one and the next tick
    await consumer.close();
  });
});
