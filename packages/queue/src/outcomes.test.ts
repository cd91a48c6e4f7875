import { PermanentError } from '@batchmill/contracts';
import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectQueues } from './connect-queues.ts';
import type { Queues } from './connect-queues.ts';
import { done, postpone } from './handler.ts';
import type { QuarantineReason } from './handler.ts';
import { collectEvents, testQueue } from './test-queue.ts';

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

const isEmpty = { waiting: 0, active: 0, delayed: 0, failed: 0 };

describe('the outcome of a handler', () => {
  test('done: the message is gone and leaves nothing behind', async () => {
    const queue = testQueue('done');
    const events = collectEvents();
    const consumer = queues.consume(queue, async () => done, { concurrency: 1, onEvent: events.onEvent });
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(async () => expect(await queues.counts(queue)).toEqual(isEmpty), { timeout: 20_000 });
    await vi.waitFor(() => expect(events.of('done')).toHaveLength(1), { timeout: 20_000 });
    expect(await queues.redis.command('KEYS', '*work-a*')).toEqual([]);
    await consumer.close();
  });

  test('postpone: it comes again with the same attempt number, however often', async () => {
    const queue = testQueue('postpone', { attempts: 2 });
    const attempts: number[] = [];
    const consumer = queues.consume(
      queue,
      async (_, { attempt }) => (attempts.push(attempt) < 5 ? postpone(5) : done),
      { concurrency: 1 },
    );
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(() => expect(attempts).toEqual([1, 1, 1, 1, 1]), { timeout: 20_000 });
    await consumer.close();
  });

  test('throw: it comes again after a pause until its attempts are used up, and can then be sent anew', async () => {
    const queue = testQueue('throws', { attempts: 3 });
    const attempts: number[] = [];
    const events = collectEvents();
    const consumer = queues.consume(
      queue,
      async (_, { attempt }) => {
        attempts.push(attempt);
        throw new Error('the key sk-secret-0123456789 is refused');
      },
      { concurrency: 1, onEvent: events.onEvent },
    );
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(() => expect(attempts).toEqual([1, 2, 3]), { timeout: 20_000 });
    // told after the handler has thrown
    const left = () => events.of('failed').map(({ attemptsLeft }) => attemptsLeft);
    await vi.waitFor(() => expect(left()).toEqual([2, 1, 0]), { timeout: 20_000 });
    await vi.waitFor(async () => expect(await queues.counts(queue)).toEqual(isEmpty), { timeout: 20_000 });
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(() => expect(attempts).toEqual([1, 2, 3, 1, 2, 3]), { timeout: 20_000 });
    await consumer.close();
  });

  test('throw: the text of the error never reaches Redis', async () => {
    const queue = testQueue('secret-error', { backoffMs: 60_000 });
    const consumer = queues.consume(queue, () => Promise.reject(new TypeError('sk-secret-0123456789')), {
      concurrency: 1,
    });
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(async () => expect((await queues.counts(queue)).delayed).toBe(1), { timeout: 20_000 });
    const stored = JSON.stringify(await queues.redis.command('HGETALL', '{batchmill}:secret-error:work-a'));
    expect(stored).toContain('TypeError');
    expect(stored).not.toContain('sk-secret');
    await consumer.close();
  });

  test('PermanentError: it is quarantined once with its reason and never comes again', async () => {
    const queue = testQueue('permanent');
    const quarantined: [string, QuarantineReason][] = [];
    let runs = 0;
    const consumer = queues.consume(
      queue,
      () => {
        runs += 1;
        return Promise.reject(new PermanentError('bad-rows', 'the rows blob is damaged'));
      },
      { concurrency: 1, onQuarantine: async ({ id }, reason) => void quarantined.push([id, reason]) },
    );
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(async () => expect(await queues.counts(queue)).toEqual(isEmpty), { timeout: 20_000 });
    expect(quarantined).toEqual([['a', { code: 'bad-rows', message: 'the rows blob is damaged' }]]);
    expect(runs).toBe(1);
    await consumer.close();
  });

  test('PermanentError: where the quarantine cannot be recorded, the message comes again', async () => {
    const queue = testQueue('quarantine-later');
    let tries = 0;
    const events = collectEvents();
    const consumer = queues.consume(queue, () => Promise.reject(new PermanentError('bad', 'bad')), {
      concurrency: 1,
      onEvent: events.onEvent,
      onQuarantine: async () => {
        tries += 1;
        if (tries === 1) throw new Error('the store does not answer');
      },
    });
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(() => expect(events.of('quarantined')).toHaveLength(1), { timeout: 20_000 });
    expect(tries).toBe(2);
    await consumer.close();
  });

  test('a payload that does not fit the contract is dropped and told', async () => {
    const queue = testQueue('unreadable');
    const events = collectEvents();
    const consumer = queues.consume(queue, async () => done, { concurrency: 1, onEvent: events.onEvent });
    const stranger = new Queue(queue.name, { connection: { ...redis.connection }, prefix: '{batchmill}' });
    await stranger.add('x', { id: 7 }, { jobId: 'work-7', removeOnComplete: true });
    await vi.waitFor(() => expect(events.of('unreadable')).toHaveLength(1), { timeout: 20_000 });
    await stranger.close();
    await consumer.close();
  });
});

describe('the signal', () => {
  test('a handler whose message was lost to another worker is told to stop', async () => {
    const queue = testQueue('lost');
    const events = collectEvents();
    let aborted = false;
    const consumer = queues.consume(
      queue,
      async ({ id }, { signal }) => {
        // What BullMQ does when our lock has run out: another worker holds it now.
        await queues.redis.command('SET', `{batchmill}:lost:work-${id}:lock`, 'another worker');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        aborted = true;
        throw signal.reason;
      },
      { concurrency: 1, lockMs: 200, onEvent: events.onEvent },
    );
    await queues.send(queue, { id: 'a' });
    await vi.waitFor(() => expect(aborted).toBe(true), { timeout: 20_000 });
    expect(events.of('lock-lost').map(({ messageId }) => messageId)).toContain('work-a');
    await consumer.close();
  });
});
