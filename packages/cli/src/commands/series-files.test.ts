import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

const JOINING = `name: qa
source:
  path: captions.csv
  join: { path: series.csv, key: id, missing: reject }
key: id
steps: []
output: { dir: qa, qa: { series: series, answer: caption } }
`;

const setFiles = async () => {
  const stage = await setStage();
  await writeFile(join(stage.folder, 'qa.yaml'), JOINING);
  await writeFile(join(stage.folder, 'captions.csv'), 'id,caption\nW1,one\nW2,two\nW3,three\n');
  await writeFile(join(stage.folder, 'series.csv'), 'id,series\nW1,[1]\nW2,[2]\nW3,[3]\n');
  return stage;
};
type Stage = Awaited<ReturnType<typeof setFiles>>;

const uploadsOf = (stage: Stage) => stage.api.calls.filter(({ call }) => call.startsWith('POST /v1/uploads'));
const jobOf = (stage: Stage) =>
  JSON.parse(stage.api.calls.find(({ call }) => call === 'POST /v1/jobs')?.body ?? '{}') as {
    input: { name: string }[];
    set: Record<string, unknown>;
  };

test('a pipeline that asks no model runs without a key and without a question, and paid nothing', async () => {
  await using stage = await setFiles();
  const steps = [
    { step: 'x', stage: '001', entering: 3, outcomes: { ok: 3 }, shardsClosed: 1, batchesOpen: 0, batchesEnded: 0 },
  ];
  stage.api.nextJob = {
    statuses: [statusOf({ name: 'qa', steps, outcomes: { ok: 3 }, cost: { estimated: 0, paid: 0, realtime: 0 } })],
  };
  const { exitCode, out } = await stage.call('run', 'qa.yaml');
  expect(exitCode).toBe(0);
  expect(out).toMatch(/paid +nothing: no model was asked/);
});

test('its preview counts the rows and asks nobody', async () => {
  await using stage = await setFiles();
  const { exitCode, out } = await stage.call('preview', 'qa.yaml', '--ids', 'W3,W1');
  expect([exitCode, stage.opened]).toEqual([0, []]);
  expect(out).toContain('This pipeline asks no model: it costs nothing and needs no key.');
  expect(out).toMatch(/rows +2\n/);
});

test('a joined file is an input of the job: it is sent along, and another content is another run', async () => {
  await using stage = await setFiles();
  await stage.call('run', 'qa.yaml');
  expect(jobOf(stage).input.map(({ name }) => name)).toEqual(['captions.csv', 'series.csv']);
  expect(uploadsOf(stage).map(({ body }) => body.slice(0, 9))).toEqual(['id,captio', 'id,series']);
  await stage.call('run', 'qa.yaml');
  expect(stage.api.jobs.size).toBe(1);
  await writeFile(join(stage.folder, 'series.csv'), 'id,series\nW1,[9]\nW2,[2]\nW3,[3]\n');
  await stage.call('run', 'qa.yaml');
  expect(stage.api.jobs.size).toBe(2);
});

test('--input gives other rows, and the joined file stays that of the pipeline', async () => {
  await using stage = await setFiles();
  await writeFile(join(stage.folder, 'other.csv'), 'id,caption\nW2,zwei\n');
  const { out } = await stage.call('preview', 'qa.yaml', '--input', 'other.csv');
  expect(out).toMatch(/rows +1\n/);
  await stage.call('run', 'qa.yaml', '--input', 'other.csv');
  expect(jobOf(stage).input.map(({ name }) => name)).toEqual(['other.csv', 'series.csv']);
});

test('a joined file that is not there is told with the others', async () => {
  await using stage = await setFiles();
  await writeFile(
    join(stage.folder, 'qa.yaml'),
    JOINING.replace('series.csv', 'no.csv').replace('captions.csv', 'none.csv'),
  );
  const { exitCode, err } = await stage.call('run', 'qa.yaml');
  expect(exitCode).toBe(2);
  expect(err).toMatch(/none\.csv: there is no such file[\s\S]*no\.csv: there is no such file/);
});

test('--ids takes keys one by one or from a file, and belongs to the run', async () => {
  await using stage = await setFiles();
  await writeFile(join(stage.folder, 'ids.txt'), '\uFEFFW2\r\n\r\n W3 \nW2\n');
  const { out } = await stage.call('preview', 'qa.yaml', '--ids', '@ids.txt', '--limit', '1');
  expect(out).toMatch(/rows +1\n/);
  await stage.call('run', 'qa.yaml', '--ids', '@ids.txt');
  expect(jobOf(stage).set).toMatchObject({ 'source.ids': ['W2', 'W3'] });
  await stage.call('run', 'qa.yaml', '--ids', 'W2,W3');
  expect(stage.api.jobs.size).toBe(1);
  await stage.call('run', 'qa.yaml');
  expect(stage.api.jobs.size).toBe(2);
});

test.each([
  [['--ids', 'W1,W8,W9'], '2 of the ids are not in the source (found W8, W9)'],
  [['--ids', '@no.txt'], 'no.txt: there is no such file. It is named by --ids @FILE'],
  [['--ids', ' , '], '--ids " , " names no row'],
])('%j is a mistake', async (options, message) => {
  await using stage = await setFiles();
  const { exitCode, err } = await stage.call('preview', 'qa.yaml', ...options);
  expect(exitCode).toBe(2);
  expect(err).toContain(message);
});

test('--mode puts every step into that mode', async () => {
  await using stage = await setFiles();
  expect((await stage.call('run', 'pipeline.yaml', '--provider', 'simulator', '--mode', 'live')).exitCode).toBe(0);
  expect(jobOf(stage).set).toMatchObject({ 'steps.answer.generate.mode': 'live' });
  expect((await stage.call('run', 'pipeline.yaml', '--mode', 'slow')).exitCode).toBe(2);
});
