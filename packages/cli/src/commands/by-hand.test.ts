import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { setStage } from '../testing/stage.ts';

const LINE = '{"custom_id":"a","response":{"status_code":200,"body":{}},"error":null}\n';
const PREPARED_FILES = {
  'prepared/requests-1.jsonl': '{"custom_id":"a"}\n{"custom_id":"b"}\n',
  'prepared/rows.jsonl': '{"id":"0"}\n',
};

type Stage = Awaited<ReturnType<typeof setStage>>;
const created = (stage: Stage) =>
  stage.api.calls
    .filter(({ call }) => call === 'POST /v1/jobs')
    .map(({ body, key }) => ({ body: JSON.parse(body) as Record<string, unknown>, key }));

test('prepare asks for requests alone, and writes a folder that is whole once prepared.json stands', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { files: { ...PREPARED_FILES, 'all.csv': 'id\na\n', 'rejects.jsonl': '{}\n' } };
  const { exitCode, out } = await stage.call('prepare', 'pipeline.yaml', '--out', 'hand');
  expect(exitCode).toBe(0);
  expect(out).toContain('captions: 1 request of step "answer" is prepared. Nothing was sent.');
  expect(out).toContain('batchmill batch run hand/captions_answer_requests.jsonl');
  expect(created(stage)[0]?.body).toMatchObject({ byHand: {}, pipelineFile: 'pipeline.yaml' });
  const prepared: unknown = JSON.parse(await readFile(join(stage.folder, 'hand/prepared.json'), 'utf8'));
  const sha256 = createHash('sha256').update(PREPARED_FILES['prepared/rows.jsonl']).digest('hex');
  expect(prepared).toMatchObject({
    v: 1,
    name: 'captions',
    step: 'answer',
    stage: '001',
    rows: { file: 'rows.jsonl', sha256 },
    requests: [{ file: 'captions_answer_requests.jsonl' }],
    outputs: [{ file: 'all.csv' }],
    inputs: [{ name: 'data.csv', bytes: 20 }],
  });
});

test('prepare needs no key, and leaves a folder alone that holds other requests', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { files: PREPARED_FILES };
  expect((await stage.call('prepare', 'pipeline.yaml', '--out', 'hand')).exitCode).toBe(0);
  expect((await stage.call('prepare', 'pipeline.yaml', '--out', 'hand', '--name', 'mine')).exitCode).toBe(0);
  const other = await stage.call('prepare', 'pipeline.yaml', '--out', 'hand', '--limit', '1');
  expect(other.exitCode).toBe(2);
  expect(other.err).toContain('holds the requests of another pipeline or of other data');
});

test('prepare refuses a pipeline that asks no model', async () => {
  await using stage = await setStage();
  await writeFile(join(stage.folder, 'free.yaml'), 'name: free\nsource: { path: data.csv }\nkey: id\nsteps: []\n');
  const { exitCode, err } = await stage.call('prepare', 'free.yaml');
  expect(exitCode).toBe(2);
  expect(err).toContain('asks no model');
});

test('collect finds the results in the folder by their content, in whatever order they are given', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { files: PREPARED_FILES };
  await stage.call('prepare', 'pipeline.yaml', '--out', 'hand');
  await writeFile(join(stage.folder, 'hand/batch_12.JSONL'), LINE);
  await writeFile(join(stage.folder, 'hand/batch_11.jsonl'), LINE.replace('"a"', '"b"'));
  await writeFile(join(stage.folder, 'hand/notes.jsonl'), '{"some":"thing"}\n');
  stage.api.nextJob = { files: { 'captions.jsonl': '{}\n' } };
  const collected = await stage.call('collect', 'hand');
  expect(collected.exitCode).toBe(0);
  const [, first] = created(stage);
  const byHand = first?.body['byHand'] as { collect: { stage: string; answers: { name: string }[] } } | undefined;
  expect(byHand?.collect.stage).toBe('001');
  expect(byHand?.collect.answers.map(({ name }) => name).toSorted()).toEqual([
    'hand/batch_11.jsonl',
    'hand/batch_12.JSONL',
  ]);
  expect(await readFile(join(stage.folder, 'hand/captions.jsonl'), 'utf8')).toBe('{}\n');
  await stage.call('collect', 'hand', 'hand/batch_11.jsonl', 'hand/batch_12.JSONL', 'hand/batch_11.jsonl');
  expect(created(stage).at(-1)?.key).toBe(first?.key);
});

test.each([
  ['a folder without prepared.json', ['collect', 'hand'], 'There is no prepared.json in hand'],
  ['no path at all', ['collect'], 'Name the folder that `batchmill prepare` has written'],
  ['data and a pattern', ['collect', '--input', 'data.csv', '--id-pattern', '{a}', 'x'], 'exclude each other'],
  ['data without a key', ['collect', '--input', 'data.csv', '--into', 'x', 'results.jsonl'], '--input needs --key'],
  ['a key without data', ['collect', '--key', 'id', 'results.jsonl'], '--key and --into belong to --input'],
  ['a pattern with a key', ['collect', '--id-pattern', '{a}', '--key', 'id', 'results.jsonl'], 'takes no --key'],
  [
    'data that are not there',
    ['collect', '--input', 'no.csv', '--key', 'id', '--into', 'x', 'results.jsonl'],
    'no.csv: there is no such file',
  ],
  ['no results', ['collect', '--id-pattern', '{a}'], 'Name the files with the results'],
  [
    'a pattern that names the answer',
    ['collect', '--id-pattern', '{content}', 'results.jsonl'],
    'the field of the answer',
  ],
  ['a pattern no id has', ['collect', '--id-pattern', '{a}:{b}', 'results.jsonl'], 'The first one is "a"'],
  [
    'an output over the data',
    ['collect', '--input', 'data.csv', '--key', 'id', '--into', 'x', 'results.jsonl', '--out', '.'],
    'would overwrite the input',
  ],
])('collect refuses %s before anything begins', async (_, command, message) => {
  await using stage = await setStage();
  await writeFile(join(stage.folder, 'results.jsonl'), LINE);
  const { exitCode, err } = await stage.call(...command);
  expect(err).toContain(message);
  expect(exitCode).toBe(2);
  expect(stage.api.calls).toEqual([]);
});

test.each([
  ['changed rows', 'rows.jsonl', '{"id":"1"}\n', 'no longer what `batchmill prepare` wrote'],
  ['a broken prepared.json', 'prepared.json', '{"v":1}', 'this is no file that `batchmill prepare`'],
])('collect refuses a folder with %s', async (_, file, text, message) => {
  await using stage = await setStage();
  stage.api.nextJob = { files: PREPARED_FILES };
  await stage.call('prepare', 'pipeline.yaml', '--out', 'hand');
  await writeFile(join(stage.folder, 'hand/results.jsonl'), LINE);
  await writeFile(join(stage.folder, 'hand', file), text);
  const { exitCode, err } = await stage.call('collect', 'hand');
  expect(err).toContain(message);
  expect(exitCode).toBe(2);
});

test('collect says so where there are no results yet', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { files: PREPARED_FILES };
  await stage.call('prepare', 'pipeline.yaml', '--out', 'hand');
  const { exitCode, err } = await stage.call('collect', 'hand');
  expect(exitCode).toBe(2);
  expect(err).toContain('There are no results in hand yet');
});
