import { startFaultProxy, startTestRedis } from '@batchmill/testkit';
import type { FaultProxy, TestRedis } from '@batchmill/testkit';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectQueues } from './connect-queues.ts';
import type { Queues } from './connect-queues.ts';
import { openClient } from './connection.ts';
import { consume } from './consume.ts';
import { done } from './handler.ts';
import { messageMarks } from './message-marks.ts';
import { messageQueue } from './message-queue.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createRedisCommands } from './redis/commands.ts';
import { redisRoom } from './redis-room.ts';
import { collectEvents, gate, testQueue } from './test-queue.ts';

const LONG_MS = 600_000;
const PREFIX = '{batchmill}';

let redis: TestRedis;
let proxy: FaultProxy;
/** Straight to Redis. */
let direct: Queues;
let behindProxy: { host: string; port: number };
beforeEach(async () => {
  redis = await startTestRedis({ tcp: true });
  if (!('port' in redis.connection)) throw new Error('expected a port');
  proxy = await startFaultProxy({ targetPort: redis.connection.port });
  behindProxy = { host: '127.0.0.1', port: proxy.port };
  direct = connectQueues(redis.connection);
});
afterEach(async () => {
  await direct.close();
  await proxy.close();
  await redis.stop();
});

test('R6 a producer whose connection was lost without a word makes a new one, and sends again', async () => {
  const queue = testQueue('lost-producer');
  const lost = connectQueues(behindProxy, { timeoutMs: 300 });
  await lost.send(queue, { id: 'a' });
  proxy.mode('freeze');
  await expect(lost.send(queue, { id: 'b' })).rejects.toThrow('Redis did not answer');
  await vi.waitFor(() => lost.send(queue, { id: 'c' }), { timeout: 20_000 });
  await vi.waitFor(async () => expect((await direct.counts(queue)).waiting).toBeGreaterThanOrEqual(2), {
    timeout: 20_000,
  });
  await lost.close();
});

test('R6 a consumer whose connections were lost without a word makes new ones, and works on', async () => {
  const queue = testQueue('lost-consumer');
  const seen: string[] = [];
  // silence is longer than a blocking read, which is quiet by nature
  const lost = connectQueues(behindProxy, { silenceMs: 1500, timeoutMs: 500 });
  const options = { concurrency: 1, silentMs: 4000 };
  const consumer = lost.consume(queue, async ({ id }) => (seen.push(id), done), options);
  await direct.send(queue, { id: 'a' });
  await vi.waitFor(() => expect(seen).toEqual(['a']), { timeout: 20_000 });
  proxy.mode('freeze');
  await direct.send(queue, { id: 'b' });
  await vi.waitFor(() => expect(seen).toEqual(['a', 'b']), { timeout: 20_000 });
  await consumer.close();
  await lost.close();
});

test('R6 a consumer that no longer asks for work though Redis is there begins anew, and its handlers are told', async () => {
  const contract = testQueue('wedged');
  const seen: string[] = [];
  const started = gate();
  const aborted = gate();
  const events = collectEvents();
  const client = openClient(redis.connection, 1000);
  const commands = createRedisCommands(client, PREFIX, 1000);
  const marks = messageMarks(commands, contract.name, new AbortController().signal);
  const queue = messageQueue(contract, client, PREFIX, marks);
  const parts = { contract, prefix: PREFIX, queue, marks, suspects: oneAtATime(), room: redisRoom(commands) };
  const consumer = consume(
    // connections that are dead for good, and that nobody but the watch gives up
    { ...parts, connection: behindProxy, silenceMs: LONG_MS, ping: direct.ping },
    async ({ id }, { signal }) => {
      seen.push(id);
      if (id !== 'long' || signal.aborted || seen.includes('next')) return done;
      started.resolve();
      signal.addEventListener('abort', () => aborted.resolve());
      await aborted.promise;
      throw signal.reason;
    },
    { concurrency: 2, lockMs: 1000, silentMs: 1200, onEvent: events.onEvent },
  );
  await queue.send({ id: 'long' }, Date.now());
  await started.promise;
  proxy.mode('freeze');
  await queue.send({ id: 'next' }, Date.now());
  await aborted.promise;
  // the new worker takes what waits, and what the old one had as soon as its lock has ended
  await vi.waitFor(() => expect(seen).toEqual(['long', 'next', 'long']), { timeout: 20_000 });
  expect(events.of('replaced')).toMatchObject([{ silentMs: 1200, times: 1 }]);
  expect(events.of('quarantined')).toEqual([]);
  await consumer.close();
  await queue.bull.close();
  client.disconnect();
});

test('R6 a consumer that is at its limit, idle, or without Redis is no consumer that is stuck', async () => {
  const queue = testQueue('not-wedged');
  const events = collectEvents();
  const started = gate();
  const mayEnd = gate();
  const queues = connectQueues(redis.connection, { timeoutMs: 200 });
  const handler = async () => (started.resolve(), await mayEnd.promise, done);
  const consumer = queues.consume(queue, handler, { concurrency: 1, silentMs: 300, onEvent: events.onEvent });
  const stay = () => delay(800);
  await stay();
  await direct.send(queue, { id: 'a' });
  await started.promise;
  await stay();
  redis.hang();
  mayEnd.resolve();
  await stay();
  redis.resume();
  expect(events.of('replaced')).toEqual([]);
  await consumer.close();
  await queues.close();
});
