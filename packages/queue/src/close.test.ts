import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectQueues } from './connect-queues.ts';
import type { Queues } from './connect-queues.ts';
import { done } from './handler.ts';
import type { Handler } from './handler.ts';
import { collectEvents, gate, testQueue } from './test-queue.ts';
import type { TestPayload } from './test-queue.ts';

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

const untilAborted: Handler<TestPayload> = (_, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

const msOf = async (work: Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
};

describe('R17 closing a consumer', () => {
  test('what a handler gives up goes to another worker at once, as the same attempt', async () => {
    const queue = testQueue('hand-back', { attempts: 1 });
    const started = gate();
    const events = collectEvents();
    const leaving = queues.consume(queue, (payload, context) => (started.resolve(), untilAborted(payload, context)), {
      concurrency: 1,
      onEvent: events.onEvent,
    });
    await queues.send(queue, { id: 'a' });
    await started.promise;
    expect(await msOf(leaving.close({ deadlineMs: 5000 }))).toBeLessThan(1000);
    expect(events.of('handed-back')).toHaveLength(1);
    const attempts: number[] = [];
    const staying = queues.consume(queue, async (_, { attempt }) => (attempts.push(attempt), done), { concurrency: 1 });
    await vi.waitFor(() => expect(attempts).toEqual([1]), { timeout: 20_000 });
    await staying.close();
  });

  test('a handler that ends in time is done, and what was asked for meanwhile is kept', async () => {
    const queue = testQueue('ends-in-time');
    const started = gate();
    const mayEnd = gate();
    const consumer = queues.consume(
      queue,
      async () => {
        started.resolve();
        await mayEnd.promise;
        return done;
      },
      { concurrency: 1 },
    );
    await queues.send(queue, { id: 'a' });
    await started.promise;
    await queues.send(queue, { id: 'a' });
    const closed = consumer.close({ deadlineMs: 5000 });
    mayEnd.resolve();
    await closed;
    const { waiting, delayed, active } = await queues.counts(queue);
    expect({ active, kept: waiting + delayed }).toEqual({ active: 0, kept: 1 });
  });

  test('a handler that does not listen is left behind at the deadline, and its message is taken over', async () => {
    const queue = testQueue('deaf');
    const started = gate();
    const mayEnd = gate();
    const deaf = queues.consume(queue, async () => (started.resolve(), await mayEnd.promise, done), {
      concurrency: 1,
      lockMs: 300,
    });
    await queues.send(queue, { id: 'a' });
    await started.promise;
    expect(await msOf(deaf.close({ deadlineMs: 200 }))).toBeLessThan(1500);
    let taken = false;
    const next = queues.consume(queue, async () => ((taken = true), done), { concurrency: 1, lockMs: 300 });
    await vi.waitFor(() => expect(taken).toBe(true), { timeout: 20_000 });
    mayEnd.resolve();
    await next.close();
  });

  test('a paused consumer takes nothing until it is resumed', async () => {
    const queue = testQueue('paused');
    const seen: string[] = [];
    const consumer = queues.consume(queue, async ({ id }) => (seen.push(id), done), { concurrency: 1 });
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(() => expect(seen).toEqual(['a']), { timeout: 20_000 });
    await consumer.pause();
    await queues.send(queue, { id: 'b' });
    expect(await queues.counts(queue)).toMatchObject({ waiting: 1, active: 0 });
    await consumer.resume();
    await vi.waitFor(() => expect(seen).toEqual(['a', 'b']), { timeout: 20_000 });
    await consumer.close();
  });

  test('it returns by its deadline while Redis is down, idle or at work', async () => {
    const other = await startTestRedis();
    const theirs = connectQueues(other.connection);
    const started = gate();
    const idle = theirs.consume(testQueue('idle'), async () => done, { concurrency: 1 });
    const busy = theirs.consume(
      testQueue('busy'),
      (payload, context) => (started.resolve(), untilAborted(payload, context)),
      { concurrency: 1 },
    );
    await idle.ready();
    await theirs.send(testQueue('busy'), { id: 'a' });
    await started.promise;
    await other.kill9();
    expect(await msOf(idle.close({ deadlineMs: 300 }))).toBeLessThan(1500);
    expect(await msOf(busy.close({ deadlineMs: 300 }))).toBeLessThan(1500);
    expect(await msOf(theirs.close())).toBeLessThan(1500);
    await other.stop();
  });
});
