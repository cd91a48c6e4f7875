import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFinalState } from '@batchmill/contracts';
import { createClient } from '@batchmill/sdk';
import type { Client } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { startDeployment } from './support/deployment.ts';
import type { Deployment } from './support/deployment.ts';
import { inFull } from './support/in-full.ts';
import { percentile, tellSeconds } from './support/percentile.ts';
import { TWO_STEPS, writeSeriesFile } from './support/series-file.ts';
import { tellRedis } from './support/tell-redis.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROWS = 2000;

const PROMISED_SECONDS = 90;

const startJob = async (
  folder: string,
  deployment: Deployment,
  pipeline = TWO_STEPS,
): Promise<{ client: Client; id: string }> => {
  const client = createClient({ url: deployment.url });
  const file = path.join(folder, 'series.csv');
  await writeSeriesFile(file, ROWS);
  const upload = await client.upload('series.csv', { path: file });
  const { id } = await client.createJob({ pipeline, input: [{ name: 'series.csv', upload: upload.id }] }, 'redis-lost');
  return { client, id };
};

/** Waits for the end by asking, since what would tell us is what is being broken. */
const untilFinal = async (client: Client, id: string, meanwhile: () => Promise<void>): Promise<number> => {
  const startedAt = performance.now();
  for (;;) {
    const status = await client.job(id).catch(() => null);
    if (status !== null && isFinalState(status.state)) {
      expect(status.outcomes).toEqual({ ok: ROWS });
      return (performance.now() - startedAt) / 1000;
    }
    await meanwhile();
  }
};

test('R5 Redis wiped again and again during a run loses no row and pays none twice', async () => {
  await using folder = await temporaryFolder();
  await using deployment = await startDeployment({ folder: path.join(folder.path, 'deployment') });
  const { client, id } = await startJob(folder.path, deployment);
  let wipes = 0;
  await untilFinal(client, id, async () => {
    await delay(1500);
    // the job must come to rest: faults stop some time
    if (wipes < 6) {
      await tellRedis(deployment.redis, 'FLUSHALL');
      wipes += 1;
    }
  });
  expect(wipes).toBeGreaterThanOrEqual(2);
  expect(await deployment.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });
});

inFull(
  'R5 Redis wiped every 20 s during a run of minutes: work never stands still for 90 s',
  { timeout: 1_800_000 },
  async () => {
    await using folder = await temporaryFolder();
    // a batch takes 6 s to 3 minutes, and there are many: something is always due
    await using deployment = await startDeployment({ folder: path.join(folder.path, 'deployment'), speed: 30 });
    const { client, id } = await startJob(folder.path, deployment, TWO_STEPS.replace('rows: 250', 'rows: 50'));
    let wipes = 0;
    let done = 0;
    let movedAtMs = performance.now();
    let wipedAtMs = movedAtMs;
    const standstills: number[] = [];
    await untilFinal(client, id, async () => {
      await delay(250);
      const [{ batches = 0 }, status] = await Promise.all([deployment.meter(), client.job(id)]);
      // counted by those who do not forget: progress may be wiped with Redis
      const seen = batches + (status.shards?.closed ?? 0);
      const nowMs = performance.now();
      if (seen > done) {
        standstills.push((nowMs - movedAtMs) / 1000);
        movedAtMs = nowMs;
        done = seen;
      }
      if (nowMs - wipedAtMs < 20_000) return;
      wipedAtMs = nowMs;
      wipes += 1;
      await tellRedis(deployment.redis, 'FLUSHALL');
    });
    console.log(`FLUSHALL every 20 s, ${wipes} times: between two steps of the work ${tellSeconds(standstills)}`);
    expect(wipes).toBeGreaterThanOrEqual(8);
    expect(percentile(standstills, 1)).toBeLessThan(PROMISED_SECONDS);
    expect(await deployment.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });
  },
);

test('R5 R6 every connection to Redis killed again and again: they are made anew, and work goes on', async () => {
  await using folder = await temporaryFolder();
  await using deployment = await startDeployment({ folder: path.join(folder.path, 'deployment') });
  const { client, id } = await startJob(folder.path, deployment);
  let kills = 0;
  const seconds = await untilFinal(client, id, async () => {
    await delay(500);
    if (kills >= 8) return;
    await tellRedis(deployment.redis, 'CLIENT KILL TYPE normal');
    kills += 1;
  });
  expect(kills).toBeGreaterThanOrEqual(4);
  expect(seconds).toBeLessThan(PROMISED_SECONDS);
  expect(await deployment.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });
});

test('R5 R6 Redis killed and restarted without its data: work goes on by itself', async () => {
  await using folder = await temporaryFolder();
  await using deployment = await startDeployment({ folder: path.join(folder.path, 'deployment') });
  const { client, id } = await startJob(folder.path, deployment);
  await delay(3000);
  await deployment.redis.kill9();
  await deployment.redis.restart({ empty: true });
  const seconds = await untilFinal(client, id, () => delay(500));
  expect(seconds).toBeLessThan(PROMISED_SECONDS);
  expect(await deployment.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });
});

inFull('R5 Redis hanging for 20 s stops nothing for good', {}, async () => {
  await using folder = await temporaryFolder();
  await using deployment = await startDeployment({ folder: path.join(folder.path, 'deployment') });
  const { client, id } = await startJob(folder.path, deployment);
  await delay(3000);
  deployment.redis.hang();
  await delay(20_000);
  deployment.redis.resume();
  const seconds = await untilFinal(client, id, () => delay(500));
  expect(seconds).toBeLessThan(PROMISED_SECONDS);
  expect(await deployment.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });
});

test('R7 R8 workers killed with -9 one by one, and new ones started beside the living, cost time and nothing else', async () => {
  await using folder = await temporaryFolder();
  await using deployment = await startDeployment({ folder: path.join(folder.path, 'deployment'), replicas: 1 });
  const { client, id } = await startJob(folder.path, deployment);
  const victims = ['submitter', 'poller', 'post-processor', 'request-builder', 'retriever', 'reconciler'] as const;
  let next = 0;
  await untilFinal(client, id, async () => {
    await delay(1000);
    const name = victims[next];
    if (name === undefined) return;
    next += 1;
    const old = deployment.workers.find((worker) => worker.name === name);
    deployment.startWorker(name);
    await old?.running.stop('SIGKILL');
  });
  expect(await deployment.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });
});
