import path from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import { openEmbedded } from '@batchmill/embedded';
import type { Embedded } from '@batchmill/embedded';
import { createClient } from '@batchmill/sdk';
import type { Client } from '@batchmill/sdk';
import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aroundEffects } from './support/effects.ts';
import { inFull } from './support/in-full.ts';
import { tellSeconds } from './support/percentile.ts';
import { acceptSmallJob, deliveredText, ROWS_TO_PAY } from './support/small-job.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import type { SimulatorBeside } from './support/simulator.ts';
import { tellRedis } from './support/tell-redis.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const SHORT = ['before provider.createBatch', 'after store.putIfAbsent shards', 'after queue.send results-stored'];
const PROMISED_SECONDS = 90;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let redis: TestRedis;
let simulator: SimulatorBeside;
let embedded: Embedded;
let client: Client;
let expected: string;
/** Where Redis is wiped next, and who hears when it has been (ms of `performance.now`). */
let armed: { at: string; wiped: (atMs: number) => void } | undefined;
const seen = new Set<string>();
let points: string[];
const seconds: number[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  redis = await startTestRedis();
  simulator = await startSimulatorBeside(path.join(folder.path, 'simulator'), 50_000);
  const { path: socket } = redis.connection as { path: string };
  embedded = await openEmbedded({
    stateDir: path.join(folder.path, 'state'),
    environment: {
      REDIS_URL: `unix://${socket}`,
      BATCHMILL_SIMULATOR_URL: simulator.url,
      BATCHMILL_SUBMIT_LEASE_MS: '3000',
      BATCHMILL_SUBMIT_SETTLE_MS: '2000',
      POLL_TICK_MS: '100',
      RECONCILE_INTERVAL_MS: '300',
    },
    around: aroundEffects((effect, moment) => {
      const point = `${moment} ${effect}`;
      seen.add(point);
      if (point !== armed?.at) return;
      const { wiped } = armed;
      armed = undefined;
      // not waited for: the work goes on while its messages vanish
      void tellRedis(redis, 'FLUSHALL').then(() => wiped(performance.now()));
    }),
  });
  client = createClient({ url: embedded.url });
  // what happens once, at the start, is no point of a job
  seen.clear();
  expected = await runJob('undisturbed');
  points = [...seen];
});
afterAll(async () => {
  await embedded?.close();
  await simulator?.[Symbol.asyncDispose]();
  await redis?.stop();
  await folder?.[Symbol.asyncDispose]();
});

const runJob = async (key: string): Promise<string> => {
  const id = await acceptSmallJob(client, key);
  for await (const { state } of client.events(id)) if (isFinalState(state)) break;
  return deliveredText(client, id, folder.path);
};

const wipe = async (at: string): Promise<void> => {
  const before = await simulator.meter();
  const { promise: wiped, resolve } = Promise.withResolvers<number>();
  armed = { at, wiped: resolve };
  expect(await runJob(at), at).toBe(expected);
  expect(armed, `the run came by ${at}`).toBeUndefined();
  seconds.push((performance.now() - (await wiped)) / 1000);
  expect(seconds.at(-1), at).toBeLessThan(PROMISED_SECONDS);
  const meter = await simulator.meter();
  expect((meter.rows_paid ?? 0) - (before.rows_paid ?? 0), at).toBe(ROWS_TO_PAY);
  expect(meter).toMatchObject({ rows_paid_twice: 0, rows_repaid_after_fault: 0 });
};

describe('R5 Redis wiped at a point, the job comes to the same end within 90 s', () => {
  test.each(SHORT)('%s', (at) => wipe(at));
  inFull('every other point', { timeout: 3_600_000 }, async () => {
    expect(points.length).toBeGreaterThanOrEqual(60);
    for (const at of points) if (!SHORT.includes(at)) await wipe(at);
    console.log(`FLUSHALL at a point: the job was done after ${tellSeconds(seconds)}`);
  });
});
