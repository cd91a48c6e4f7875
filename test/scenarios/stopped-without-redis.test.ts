import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openEmbedded } from '@batchmill/embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inFull } from './support/in-full.ts';
import { inLanes } from './support/in-lanes.ts';
import { tellSeconds } from './support/percentile.ts';
import { openSmallDeployment } from './support/small-deployment.ts';
import { ROWS_TO_PAY } from './support/small-job.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const SHORT = ['after store.putIfAbsent intent'];
// a message that cannot be handed back waits for its lock, the shorter the sooner
const SETTINGS = { SHUTDOWN_DEADLINE_MS: '5000' };
const SHORT_LOCK = { QUEUE_LOCK_MS: '1000' };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let expected: string;
let points: string[];
const endedAfterSeconds: number[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await using undisturbed = await openSmallDeployment(folder.path);
  await undisturbed.start();
  expected = await undisturbed.deliver();
  points = undisturbed.points();
});
afterAll(() => folder?.[Symbol.asyncDispose]());

const stopWithoutRedis = async (at: string, lock: Record<string, string> = {}): Promise<void> => {
  await using deployment = await openSmallDeployment(folder.path, { ...SETTINGS, ...lock });
  const running = await deployment.start({ at, with: 'SIGTERM', redisToo: true });
  const delivered = deployment.deliver();
  delivered.catch(() => undefined);
  const { atMs } = await deployment.struck;
  expect(await running.ended, `${at}\n${running.output()}`).toBe(0);
  endedAfterSeconds.push((Date.now() - atMs) / 1000);
  expect(endedAfterSeconds.at(-1)).toBeLessThan(5);
  await deployment.redis.restart();
  await deployment.start();
  expect(await delivered, at).toBe(expected);
  expect(await deployment.simulator.meter(), at).toMatchObject({ rows_paid: ROWS_TO_PAY, rows_paid_twice: 0 });
};

describe('R17 asked to stop with SIGTERM while Redis is down, a process ends in order within its deadline, and the job goes on', () => {
  test.each(SHORT)('%s', (at) => stopWithoutRedis(at, SHORT_LOCK));
  inFull('at every point', { timeout: 3_600_000 }, async () => {
    expect(points.length).toBeGreaterThanOrEqual(60);
    await inLanes(3, points, (at) => stopWithoutRedis(at));
    console.log(`SIGTERM without Redis: it ended ${tellSeconds(endedAfterSeconds)}`);
  });
});

inFull('R17 all services in one process, closed while Redis is dead, end within 15 s', {}, async () => {
  const stateDir = path.join(folder.path, 'embedded');
  const embedded = await openEmbedded({ stateDir, environment: {} });
  const { pid } = JSON.parse(await readFile(path.join(stateDir, 'redis', 'redis.json'), 'utf8')) as { pid: number };
  process.kill(pid, 'SIGKILL');
  const startedAtMs = performance.now();
  await embedded.close();
  expect(performance.now() - startedAtMs).toBeLessThan(15_000);
});
