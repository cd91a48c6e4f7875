import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFinalState } from '@batchmill/contracts';
import { createClient } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { startDeployment } from './support/deployment.ts';
import type { Deployment } from './support/deployment.ts';

import { TWO_STEPS, writeSeriesFile } from './support/series-file.ts';
import { tellRedis } from './support/tell-redis.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROWS = 500;
/** Longer than BullMQ needs for thousands of refused calls, were nobody to hold it back. */
const FULL_MS = 2000;

const untilBatches = async (deployment: Deployment, batches: number): Promise<void> => {
  while (((await deployment.meter()).batches ?? 0) < batches) await delay(50);
};

test('R16 a full Redis: new work is put off with 503, nobody dies or is given up, and with room again all goes on', async () => {
  await using folder = await temporaryFolder();
  await using deployment = await startDeployment({ folder: path.join(folder.path, 'deployment') });
  const client = createClient({ url: deployment.url });
  const file = path.join(folder.path, 'series.csv');
  await writeSeriesFile(file, ROWS);
  await writeFile(path.join(folder.path, 'pipeline.yaml'), TWO_STEPS);
  const upload = await client.upload('series.csv', { path: file });
  const request = { pipeline: TWO_STEPS, input: [{ name: 'series.csv', upload: upload.id }] };
  const { id } = await client.createJob(request, 'redis-full');
  await untilBatches(deployment, 2);

  await tellRedis(deployment.redis, 'CONFIG SET maxmemory 1');
  const refused = await fetch(`${deployment.url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'too-much' },
    body: JSON.stringify(request),
  });
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({
    error: { code: 'redis-full', details: [{ message: expect.stringContaining('maxmemory') }] },
  });
  // one that is started just now must not die and be started again and again
  for (const name of ['poller', 'ingest'] as const)
    deployment.workers.push({ name, running: deployment.startWorker(name) });
  await Promise.all(deployment.workers.map(({ running }) => running.line((line) => line.includes('"started"'))));
  await delay(FULL_MS);
  expect((await client.job(id)).state).toBe('running');
  for (const { name, running } of deployment.workers) {
    expect(running.child.exitCode, `${name}\n${running.output()}`).toBeNull();
    expect(running.output().split('\n').length, name).toBeLessThan(100);
  }
  expect(deployment.workers.some(({ running }) => running.output().includes('Redis is full'))).toBe(true);

  await tellRedis(deployment.redis, 'CONFIG SET maxmemory 0');
  const emptiedAt = performance.now();
  const again = await client.createJob(request, 'too-much');
  for (const job of [id, again.id]) {
    while (!isFinalState((await client.job(job)).state)) await delay(200);
    expect(await client.job(job)).toMatchObject({ state: 'completed', outcomes: { ok: ROWS } });
  }
  expect((performance.now() - emptiedAt) / 1000).toBeLessThan(90);
  expect(await deployment.meter()).toMatchObject({ rows_paid: 4 * ROWS, rows_paid_twice: 0 });
});
