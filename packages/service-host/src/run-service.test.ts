import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const FIXTURE = fileURLToPath(new URL('run-service.fixture.ts', import.meta.url));

let redis: TestRedis;
let dir: string;

beforeAll(async () => {
  redis = await startTestRedis();
  dir = await mkdtemp(path.join(tmpdir(), 'service-host-'));
});

afterAll(async () => {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

type Line = { msg: string; level: string; [field: string]: unknown };

const run = (env: Record<string, string>) => {
  const queue = `queue-${randomUUID()}`;
  const socket = 'path' in redis.connection ? redis.connection.path : '';
  const child = spawn(process.execPath, [FIXTURE], {
    env: {
      REDIS_URL: `unix://${socket}`,
      BATCHMILL_STORE: pathToFileURL(dir).href,
      BEHAVIOUR: 'good',
      QUEUE: queue,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  let errors = '';
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as Line));
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  return {
    queue,
    lines,
    errors: () => errors,
    exit: once(child, 'exit').then(([code]) => code as number | null),
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    told: (msg: string) =>
      vi.waitFor(() => expect(lines.map((line) => line.msg)).toContain(msg), { timeout: 20_000, interval: 20 }),
  };
};

describe.concurrent('a service as a process', () => {
  test('works until SIGTERM, answers about its health, and ends in order with 0', async () => {
    const service = run({ HEALTH_PORT: '0', HEALTH_HOST: '127.0.0.1', S3_SECRET_ACCESS_KEY: 'hush-hush-hush' });
    await service.told('started');
    await service.told('handled');
    const port = service.lines.find((line) => line.msg === 'starting')?.['healthPort'];
    const ready = await fetch(`http://127.0.0.1:${String(port)}/readyz`);
    expect(ready.status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
    expect(metrics).toContain(`batchmill_messages_total{queue="${service.queue}",outcome="done"} 1`);
    expect(service.lines.find((line) => line.msg === 'handled')).toMatchObject({ id: 'a', key: '[secret]' });
    service.signal('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(service.lines.at(-1)?.msg).toBe('stopped');
  });

  test('a configuration that cannot be used ends with 2 and all its mistakes', async () => {
    const service = run({ REDIS_URL: '', CONCURRENCY: '-1', BEHAVIOUR: 'odd' });
    expect(await service.exit).toBe(2);
    expect(service.errors()).toMatch(/fixture cannot be used:\n {2}REDIS_URL.*\n {2}CONCURRENCY.*\n {2}BEHAVIOUR/);
    expect(service.lines).toEqual([]);
  });

  test.each(['fails-to-start', 'crashes', 'rejects', 'is-wedged'])(
    'R6 one that %s ends with 1 and says why',
    async (behaviour) => {
      const service = run({ BEHAVIOUR: behaviour });
      expect(await service.exit).toBe(1);
      const last = service.lines.at(-1);
      expect(last).toMatchObject({
        level: 'fatal',
        error: { message: expect.stringMatching(/no room|nobody caught me/) },
      });
    },
  );

  test('one that does not close in time ends with 1', async () => {
    const service = run({ BEHAVIOUR: 'never-closes', SHUTDOWN_DEADLINE_MS: '300' });
    await service.told('started');
    service.signal('SIGINT');
    expect(await service.exit).toBe(1);
    expect(service.lines.at(-1)?.msg).toBe('the orderly end took too long');
  });

  test('one that still waits for Redis can be ended at once', async () => {
    const service = run({ REDIS_URL: `unix://${path.join(dir, 'nobody.sock')}`, HEALTH_PORT: '0' });
    await service.told('starting');
    service.signal('SIGTERM');
    expect(await service.exit).toBe(0);
  });
});
