import { createConnection } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { startTestRedis } from './start-test-redis.ts';
import type { TestRedis } from './start-test-redis.ts';

let redis: TestRedis;
afterEach(() => redis.stop());

/** The first line of the reply; throws when nobody listens, null when nobody answers. */
const ask = async (command: string): Promise<string | null> => {
  const socket = createConnection(redis.connection);
  try {
    socket.write(`${command}\r\n`);
    const reply = new Promise<string>((resolve, reject) => {
      socket.once('data', (bytes) => resolve(bytes.toString().split('\r\n', 1)[0] ?? ''));
      socket.once('error', reject);
    });
    return await Promise.race([reply, delay(200, null, { ref: false })]);
  } finally {
    socket.destroy();
  }
};

test('killed and restarted it is at the same place with its data, or without them', async () => {
  redis = await startTestRedis();
  await ask('SET greeting hello');
  await redis.kill9();
  await expect(ask('PING')).rejects.toThrow(/ECONNREFUSED|ENOENT/);
  await redis.restart();
  expect(await ask('STRLEN greeting')).toBe(':5');
  await redis.restart({ empty: true });
  expect(await ask('STRLEN greeting')).toBe(':0');
});

test('hung it answers nothing, resumed it answers again', async () => {
  redis = await startTestRedis({ tcp: true });
  expect(redis.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
  redis.hang();
  expect(await ask('PING')).toBeNull();
  redis.resume();
  expect(await ask('PING')).toBe('+PONG');
});
