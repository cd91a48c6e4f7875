import { attention } from '@batchmill/flow';
import { connectQueues, done } from '@batchmill/queue';
import { startTestRedis } from '@batchmill/testkit';
import { expect, test } from 'vitest';
import { NEARLY_FULL_REASON, whenRoom } from './when-room.ts';

test('R16 new work waits while Redis is nearly full and its job says so; with room again it begins', async () => {
  const redis = await startTestRedis();
  const queues = connectQueues(redis.connection);
  const reasons = attention(queues);
  const used = Number(/used_memory:(\d+)/.exec(String(await queues.redis.command('INFO', 'memory')))?.[1]);
  let begun = 0;
  const handler = whenRoom<{ job: string }>(queues, reasons, async () => ((begun += 1), done));
  const run = () => handler({ job: 'zjob' }, { attempt: 1, crashes: 0, signal: new AbortController().signal });

  await queues.redis.command('CONFIG', 'SET', 'maxmemory', Math.round(used * 1.15));
  expect(await run()).toMatchObject({ kind: 'postpone' });
  expect(await reasons.of('zjob')).toEqual({ waits: false, reason: NEARLY_FULL_REASON });
  expect(begun).toBe(0);

  await queues.redis.command('CONFIG', 'SET', 'maxmemory', used * 3);
  expect(await run()).toEqual(done);
  expect(await reasons.of('zjob')).toBeNull();
  expect(begun).toBe(1);
  await queues.close();
  await redis.stop();
});
