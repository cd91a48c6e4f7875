import { connectQueues } from '@batchmill/queue';
import { startTestRedis } from '@batchmill/testkit';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { work } from './queue-crash.contract.ts';

const WORKER = fileURLToPath(new URL('queue-crash.worker.ts', import.meta.url));

test('R14 a message that kills its process three times is quarantined, and its neighbours are not', async () => {
  const redis = await startTestRedis();
  if (!('path' in redis.connection)) throw new Error('expected a unix socket');
  const queues = connectQueues(redis.connection);
  const lines: string[] = [];
  const startWorker = (socket: string) => {
    const worker = spawn(process.execPath, [WORKER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface(worker.stdout).on('line', (line) => lines.push(line));
    return worker;
  };
  const neighbours = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const id of ['a', 'b', 'poison', 'c', 'd', 'e', 'f']) await queues.send(work, { id });

  let deaths = 0;
  let worker = startWorker(redis.connection.path);
  try {
    for (; deaths < 3; deaths += 1) {
      const [, signal] = (await once(worker, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      worker = startWorker(redis.connection.path);
    }
    await vi.waitFor(() => expect(lines).toContain('quarantined poison crashed'), { timeout: 20_000 });
    await vi.waitFor(
      async () => expect(await queues.counts(work)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
      { timeout: 20_000 },
    );
    expect(worker.exitCode).toBeNull();
    expect(lines.filter((line) => line.startsWith('quarantined'))).toEqual(['quarantined poison crashed']);
    expect([...new Set(lines.filter((line) => line.startsWith('done')))].sort()).toEqual(
      neighbours.map((id) => `done ${id}`),
    );
  } finally {
    worker.kill('SIGKILL');
    await queues.close();
    await redis.stop();
  }
});
