import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectQueues } from './connect-queues.ts';
import type { Queues } from './connect-queues.ts';
import { QueueUnavailableError } from './errors.ts';
import { done } from './handler.ts';
import { messageMarks } from './message-marks.ts';
import type { RedisCommands } from './redis/commands.ts';
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

/** As a process leaves it that dies during its `times`-th run. */
const dieAt = async (queue: string, messageId: string, times: number): Promise<void> => {
  const marks = messageMarks(queues.redis, queue, new AbortController().signal);
  await marks.begin(messageId);
  for (let i = 1; i < times; i += 1) await marks.beginSuspect(messageId);
};

test('the earliest time somebody asked for is kept, and a start clears it', async () => {
  const marks = messageMarks(queues.redis, 'marks', new AbortController().signal);
  await marks.set('a', 2000);
  await marks.set('a', 1000);
  await marks.set('a', 3000);
  expect(await marks.get('a')).toBe(1000);
  expect(await marks.begin('a')).toBe(0);
  expect(await marks.get('a')).toBeNull();
});

test('work during which the process died twice is tried once more; after the third death it is quarantined', async () => {
  const queue = testQueue('crashes');
  await dieAt(queue.name, 'work-twice', 2);
  await dieAt(queue.name, 'work-thrice', 3);
  const handled: string[] = [];
  const quarantined: string[] = [];
  const events = collectEvents();
  const consumer = queues.consume(queue, async ({ id }) => (handled.push(id), done), {
    concurrency: 2,
    onEvent: events.onEvent,
    onQuarantine: async ({ id }, { code }) => void quarantined.push(`${id} ${code}`),
  });
  await queues.send(queue, { id: 'twice' });
  await queues.send(queue, { id: 'thrice' });
  await vi.waitFor(() => expect(events.of('done')).toHaveLength(2), { timeout: 20_000 });
  expect(handled).toEqual(['twice']);
  expect(quarantined).toEqual(['thrice crashed']);
  // Both have ended in order: they are no longer suspected.
  await queues.send(queue, { id: 'thrice' });
  await vi.waitFor(() => expect(handled).toEqual(['twice', 'thrice']), { timeout: 20_000 });
  await consumer.close();
});

test('work under suspicion runs one at a time, so that its neighbours are not suspected with it', async () => {
  const queue = testQueue('suspects');
  for (const id of ['work-a', 'work-b', 'work-c']) await dieAt(queue.name, id, 1);
  let atOnce = 0;
  let most = 0;
  let ended = 0;
  const consumer = queues.consume(
    queue,
    async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      ended += 1;
      return done;
    },
    { concurrency: 3 },
  );
  for (const id of ['a', 'b', 'c']) await queues.send(queue, { id });
  await vi.waitFor(() => expect(ended).toBe(3), { timeout: 20_000 });
  expect(most).toBe(1);
  await consumer.close();
});

test('R14 an end that could not be said while Redis was away is said later, so that it counts as no death', async () => {
  const said: string[] = [];
  const away: RedisCommands = {
    ...queues.redis,
    command: async (name, ...values) => {
      said.push(name);
      if (said.length < 3) throw new QueueUnavailableError(name);
      return queues.redis.command(name, ...values);
    },
  };
  await dieAt('unsaid', 'work-a', 1);
  await messageMarks(away, 'unsaid', new AbortController().signal).end('work-a');
  expect(await queues.redis.command('EXISTS', '{batchmill}:starts:unsaid:work-a')).toBe(1);
  await vi.waitFor(
    async () => expect(await queues.redis.command('EXISTS', '{batchmill}:starts:unsaid:work-a')).toBe(0),
    { timeout: 20_000 },
  );
  expect(said).toEqual(['DEL', 'DEL', 'DEL']);
});
