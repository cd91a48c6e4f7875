import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectQueues } from './connect-queues.ts';
import type { Queues } from './connect-queues.ts';
import { QueueUnavailableError } from './errors.ts';
import { done, postpone } from './handler.ts';
import { gate, testQueue } from './test-queue.ts';

let redis: TestRedis;
let queues: Queues;

beforeAll(async () => {
  redis = await startTestRedis();
  queues = connectQueues(redis.connection);
});

afterAll(async () => {
  await queues.close();
  await redis.stop();
});

describe('send', () => {
  test('a message sent three times while it waits is worked on once', async () => {
    const queue = testQueue('waits-once');
    for (let i = 0; i < 3; i += 1) await queues.send(queue, { id: 'a' });
    await queues.send(queue, { id: 'b' });
    expect((await queues.counts(queue)).waiting).toBe(2);
    const seen: string[] = [];
    const consumer = queues.consume(queue, async ({ id }) => (seen.push(id), done), { concurrency: 1 });
    await vi.waitFor(() => expect(seen).toEqual(['a', 'b']), { timeout: 20_000 });
    await queues.send(queue, { id: 'end' });
    await vi.waitFor(() => expect(seen).toEqual(['a', 'b', 'end']), { timeout: 20_000 });
    await consumer.close();
  });

  test('a finished message can be sent again', async () => {
    const queue = testQueue('again-after-end');
    let runs = 0;
    const consumer = queues.consume(queue, async () => ((runs += 1), done), { concurrency: 1 });
    for (let round = 1; round <= 3; round += 1) {
      await queues.send(queue, { id: 'a' });
      await vi.waitFor(() => expect(runs).toBe(round), { timeout: 20_000 });
      await vi.waitFor(async () => expect((await queues.counts(queue)).active).toBe(0), { timeout: 20_000 });
    }
    await consumer.close();
  });

  test('a message sent while it is being worked on runs once more afterwards', async () => {
    const queue = testQueue('again-while-active');
    const started = gate();
    const mayEnd = gate();
    let runs = 0;
    const consumer = queues.consume(
      queue,
      async () => {
        runs += 1;
        started.resolve();
        if (runs === 1) await mayEnd.promise;
        return done;
      },
      { concurrency: 1 },
    );
    await queues.send(queue, { id: 'a' });
    await started.promise;
    await queues.send(queue, { id: 'a' });
    await queues.send(queue, { id: 'a' });
    mayEnd.resolve();
    await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000 });
    await delay(300); // Longer than the pause before another run, had there been a third.
    expect(runs).toBe(2);
    await consumer.close();
  });

  test('whatever was written before a send is seen by a run that starts after it, at any moment', async () => {
    const queue = testQueue('no-lost-hint');
    const ids = Array.from({ length: 150 }, (_, i) => String(i));
    const written = new Map<string, number>();
    const seen = new Map<string, number>();
    const handler = async ({ id }: { id: string }) => {
      seen.set(id, written.get(id) ?? 0); // as a handler reads the ledger at its start
      await delay(5 + Math.random() * 20);
      return Math.random() < 0.5 ? postpone(60_000) : done;
    };
    const consumers = [1, 2].map(() => queues.consume(queue, handler, { concurrency: 20 }));
    await Promise.all(
      ids.map(async (id) => {
        await queues.send(queue, { id });
        await delay(Math.random() * 60);
        written.set(id, 1);
        await queues.send(queue, { id });
      }),
    );
    await vi.waitFor(() => expect(ids.filter((id) => seen.get(id) !== 1)).toEqual([]), { timeout: 20_000 });
    await Promise.all(consumers.map((consumer) => consumer.close()));
  });

  test('a message sent while it is being worked on does not wait as long as its handler then asks', async () => {
    const queue = testQueue('again-while-postponing');
    const started = gate();
    const mayEnd = gate();
    let runs = 0;
    const consumer = queues.consume(
      queue,
      async () => {
        runs += 1;
        started.resolve();
        await mayEnd.promise;
        return postpone(60_000);
      },
      { concurrency: 1 },
    );
    await queues.send(queue, { id: 'a' });
    await started.promise;
    await queues.send(queue, { id: 'a' });
    mayEnd.resolve();
    await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000 });
    await consumer.close();
  });

  test('a postponed message that is sent again runs now', async () => {
    const queue = testQueue('bring-forward');
    let runs = 0;
    const consumer = queues.consume(queue, async () => ((runs += 1), postpone(60_000)), { concurrency: 1 });
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(async () => expect((await queues.counts(queue)).delayed).toBe(1), { timeout: 20_000 });
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000 });
    await consumer.close();
  });

  test('a message for later is brought forward by an earlier one and not put off by a later one', async () => {
    const queue = testQueue('earliest');
    let runs = 0;
    const consumer = queues.consume(queue, async () => ((runs += 1), done), { concurrency: 1 });
    await queues.send(queue, { id: 'a' }, { delayMs: 60_000 });
    await queues.send(queue, { id: 'a' }, { delayMs: 200 });
    await queues.send(queue, { id: 'a' }, { delayMs: 60_000 });
    expect((await queues.counts(queue)).delayed).toBe(1);
    await vi.waitFor(() => expect(runs).toBe(1), { timeout: 20_000 });
    // one that has run counts as active until the queue hears of its end
    await vi.waitFor(
      async () => expect(await queues.counts(queue)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
      { timeout: 20_000 },
    );
    await consumer.close();
  });

  test('a payload that does not fit its contract is refused by the sender', async () => {
    const queue = testQueue('refused');
    await expect(queues.send(queue, { id: 7 } as never)).rejects.toThrow(/expected string/);
    await expect(queues.send(queue, { id: 'x'.repeat(9000) })).rejects.toThrow(/size/i);
  });

  test('an emptied Redis takes messages again at once', async () => {
    const queue = testQueue('flushed');
    const seen: string[] = [];
    const consumer = queues.consume(queue, async ({ id }) => (seen.push(id), done), { concurrency: 1 });
    await queues.send(queue, { id: 'before' });
    await vi.waitFor(() => expect(seen).toEqual(['before']), { timeout: 20_000 });
    await queues.redis.command('FLUSHALL');
    await queues.redis.command('SCRIPT', 'FLUSH');
    await queues.send(queue, { id: 'after' });
    await vi.waitFor(() => expect(seen).toEqual(['before', 'after']), { timeout: 20_000 });
    await consumer.close();
  });
});

describe('a Redis in trouble', () => {
  test('a send to a Redis that hangs fails in time with a QueueUnavailableError', async () => {
    const impatient = connectQueues(redis.connection, { timeoutMs: 150 });
    const queue = testQueue('hangs');
    await impatient.ping();
    redis.hang();
    await expect(impatient.send(queue, { id: 'a' })).rejects.toThrow(QueueUnavailableError);
    await expect(impatient.ping()).rejects.toThrow(QueueUnavailableError);
    redis.resume();
    await vi.waitFor(() => impatient.send(queue, { id: 'b' }), { timeout: 20_000 });
    await impatient.close();
  });

  test('queues can be made while Redis is down, and messages survive its death', async () => {
    const queue = testQueue('down');
    await queues.send(queue, { id: 'kept' });
    await redis.kill9();
    const early = connectQueues(redis.connection, { timeoutMs: 150 });
    await expect(early.send(queue, { id: 'lost' })).rejects.toThrow(QueueUnavailableError);
    const seen: string[] = [];
    const consumer = early.consume(queue, async ({ id }) => (seen.push(id), done), { concurrency: 1 });
    await redis.restart();
    await vi.waitFor(() => expect(seen).toContain('kept'), { timeout: 20_000 });
    await consumer.close();
    await early.close();
  });
});
