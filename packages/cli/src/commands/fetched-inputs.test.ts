import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreateJob } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { PIPELINE } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

const URL = 's3://bucket/a folder/data.csv';

const created = (stage: Awaited<ReturnType<typeof setStage>>): CreateJob[] =>
  stage.api.calls.filter(({ call }) => call === 'POST /v1/jobs').map(({ body }) => JSON.parse(body) as CreateJob);
const uploads = (stage: Awaited<ReturnType<typeof setStage>>) =>
  stage.api.calls.filter(({ call }) => call.startsWith('POST /v1/uploads'));

test('an address in the pipeline or after --input is left to the server: nothing is looked for or sent from here', async () => {
  await using stage = await setStage();
  await writeFile(join(stage.folder, 'far.yaml'), PIPELINE.replace('path: data.csv', `path: "${URL}"`));
  expect((await stage.call('run', 'far.yaml', '--provider', 'simulator')).exitCode).toBe(0);
  expect((await stage.call('run', 'pipeline.yaml', '--provider', 'simulator', '--input', URL)).exitCode).toBe(0);
  expect(created(stage).map(({ input }) => input)).toEqual([
    [{ name: URL, url: URL }],
    [{ name: 'data.csv', url: URL }],
  ]);
  expect(uploads(stage)).toEqual([]);
});

test('what it costs is said to be unknown, not nothing', async () => {
  await using stage = await setStage();
  const server = ['--url', stage.api.url, '--input', URL];
  const { exitCode, err } = await stage.call('run', 'pipeline.yaml', ...server, '--max-cost', '2');
  expect(exitCode).toBe(0);
  expect(err).toContain('not known before the server has fetched the input. At most $2.00 is submitted.');
  expect((await stage.call('run', 'pipeline.yaml', ...server)).exitCode).toBe(2);
});

test('a preview asks for rows that are here', async () => {
  await using stage = await setStage();
  const { exitCode, err } = await stage.call('preview', 'pipeline.yaml', '--input', URL);
  expect(exitCode).toBe(2);
  expect(err).toContain('--input FILE previews with rows from a file that is here');
});
