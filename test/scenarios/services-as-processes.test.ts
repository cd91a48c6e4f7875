import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { dataFiles, readReport } from './support/data-files.ts';
import { startDeployment } from './support/deployment.ts';
import { batchmill } from './support/processes.ts';
import { TWO_STEPS, writeSeriesFile } from './support/series-file.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROWS = 2000;

test('two of each service as processes, an S3 store and Redis over TCP give the same files as one process', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeSeriesFile(at('series.csv'), ROWS);
  await writeFile(at('pipeline.yaml'), TWO_STEPS);

  const embedded = await batchmill(['run', at('pipeline.yaml'), '--out', at('one'), '--data', at('state')]);
  expect(embedded.code, embedded.output).toBe(0);

  await using deployment = await startDeployment({ folder: at('deployment'), replicas: 2 });
  const many = await batchmill(['run', at('pipeline.yaml'), '--out', at('many'), '--url', deployment.url, '--yes']);
  expect(many.code, many.output).toBe(0);

  expect(await dataFiles(at('many'))).toEqual(await dataFiles(at('one')));
  const report = await readReport(at('many'));
  expect(report.outcomes).toEqual({ ok: ROWS });
  expect(report.steps.map(({ entering, outcomes }) => [entering, outcomes])).toEqual([
    [ROWS, { ok: ROWS }],
    [ROWS, { ok: ROWS }],
  ]);
  expect(await deployment.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });
});

test('the second step of the first shards begins before the first step of the last has ended', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeSeriesFile(at('series.csv'), 5000);
  await writeFile(at('pipeline.yaml'), TWO_STEPS);
  const run = await batchmill(['run', at('pipeline.yaml'), '--out', at('out'), '--data', at('state')]);
  expect(run.code, run.output).toBe(0);
  const { batches } = await readReport(at('out'));
  const timesOf = (step: string) => batches.filter((batch) => batch.step === step);
  expect(timesOf('describe')).toHaveLength(20);
  const firstOfSecond = Math.min(...timesOf('shorten').map(({ createdAt }) => createdAt ?? Infinity));
  const lastOfFirst = Math.max(...timesOf('describe').map(({ endedAt }) => endedAt ?? 0));
  expect(firstOfSecond).toBeLessThan(lastOfFirst);
});
