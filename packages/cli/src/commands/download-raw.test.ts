import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RawFile, RawPart } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

const JOB = 'aaaa1111jobjobjob';
const OTHER = 'bbbb2222jobjobjob';
const FOLDER = 'run-1/001-answer/shard-0/attempt-1';

const fileOf = (kind: RawFile['kind'], name: string, text: string): RawFile => ({
  kind,
  path: `${FOLDER}/${name}.jsonl`,
  rows: text.split('\n').length - 1,
  bytes: Buffer.byteLength(text),
  sha256: createHash('sha256').update(text).digest('hex'),
});

const partOf = (over: Partial<RawPart>): RawPart => ({
  run: 1,
  stage: '001',
  step: 'answer',
  shard: 0,
  attempt: 1,
  part: 0,
  mode: 'batch',
  provider: 'simulator',
  model: 'gpt-4o-mini',
  endpoint: '/v1/chat/completions',
  submissions: [],
  resultsOf: 1,
  files: [],
  ...over,
});

const TEXTS = { 'part-0.requests': '{"a":1}\n{"b":2}\n', 'part-0.output': '{"a":"ä"}\n', 'part-0.errors': '{"b":0}\n' };
const [REQUESTS, OUTPUT, ERRORS] = ['requests', 'output', 'errors'].map((kind) =>
  fileOf(kind as RawFile['kind'], `part-0.${kind}`, TEXTS[`part-0.${kind}` as keyof typeof TEXTS]),
) as [RawFile, RawFile, RawFile];
const texts = Object.fromEntries(Object.entries(TEXTS).map(([name, text]) => [`${FOLDER}/${name}.jsonl`, text]));

const setJobs = async (parts: RawPart[], over: Parameters<typeof statusOf>[0] = {}) => {
  const stage = await setStage();
  await mkdir(join(stage.folder, '.batchmill'));
  const status = statusOf({ id: JOB, ...over });
  stage.api.jobs.set(JOB, { statuses: [status], rows: [], files: {}, raw: { parts, texts } });
  stage.api.jobs.set(OTHER, { statuses: [statusOf({ id: OTHER })], rows: [], files: {}, raw: { parts, texts } });
  return {
    ...stage,
    at: (path: string): string => join(stage.folder, 'here/raw', path),
    download: (job = JOB, ...options: string[]) => stage.call('download', job, '--raw', '--out', 'here', ...options),
    fetched: () =>
      stage.api.calls.filter(({ call }) => /\/raw\/./.test(call)).map(({ call }) => call.split('/').at(-1)),
  };
};

test('every file of every part is written, also of a job that failed, and raw.json names them', async () => {
  const submission = { submission: 1, state: 'expired' as const, inputFileId: 'file-1', rows: 2, batchId: 'batch_1' };
  const ends = { outputFileId: 'file-2', errorFileId: 'file-3', placedAt: 1, endedAt: 2 };
  const part = partOf({ submissions: [{ ...submission, ...ends }], files: [REQUESTS, OUTPUT, ERRORS] });
  await using stage = await setJobs([part], { state: 'failed', reason: 'no' });
  const { exitCode, out } = await stage.download();
  expect(exitCode).toBe(0);
  expect(out).toContain('3 files of 1 part in ./here/raw (35 B)');
  expect(out).toContain('2 requests, 1 line of output, 1 line of errors');
  for (const [path, text] of Object.entries(texts)) expect(await readFile(stage.at(path), 'utf8')).toBe(text);
  const index = JSON.parse(await readFile(stage.at('raw.json'), 'utf8')) as object;
  expect(index).toEqual({
    v: 1,
    job: JOB,
    name: 'captions',
    state: 'failed',
    final: true,
    complete: true,
    parts: [part],
  });
});

test('what is there with the right checksum is not fetched again; what has changed is', async () => {
  await using stage = await setJobs([partOf({ files: [REQUESTS, OUTPUT, ERRORS] })]);
  await stage.download();
  await writeFile(stage.at(OUTPUT.path), TEXTS['part-0.output'].replace('ä', 'ö'));
  const before = stage.fetched().length;
  const { out } = await stage.download(JOB, '--json');
  expect(stage.fetched().slice(before)).toEqual(['part-0.output.jsonl']);
  expect(JSON.parse(out)).toMatchObject({ raw: { files: 3, fetched: 1, rows: { requests: 2, output: 1, errors: 1 } } });
  expect(await readFile(stage.at(OUTPUT.path), 'utf8')).toBe(TEXTS['part-0.output']);
});

test('checkpoints of a live part are there while it runs, and gone once its results hold their lines', async () => {
  const checkpoint = fileOf('output', 'part-0.checkpoint-2.output', '{"a":"ä"}\n');
  const running = partOf({ mode: 'live', resultsOf: null, files: [REQUESTS, checkpoint] });
  await using stage = await setJobs([running], { state: 'running' });
  const job = stage.api.jobs.get(JOB);
  if (job?.raw === undefined) throw new Error('no job');
  job.raw.texts = { ...texts, [checkpoint.path]: '{"a":"ä"}\n' };
  await stage.download();
  expect((await readdir(stage.at(FOLDER))).toSorted()).toEqual([
    'part-0.checkpoint-2.output.jsonl',
    'part-0.requests.jsonl',
  ]);
  job.raw.parts = [partOf({ mode: 'live', files: [REQUESTS, OUTPUT] })];
  await stage.download();
  expect((await readdir(stage.at(FOLDER))).toSorted()).toEqual(['part-0.output.jsonl', 'part-0.requests.jsonl']);
});

test('the files of another job are never mixed in', async () => {
  await using stage = await setJobs([partOf({ files: [REQUESTS] })]);
  await stage.download();
  const { exitCode, err } = await stage.download(OTHER);
  expect([exitCode, err]).toEqual([2, expect.stringMatching(new RegExp(`holds the files of job ${JOB}. --out DIR`))]);
  await writeFile(stage.at('raw.json'), 'garbage');
  expect((await stage.download()).err).toContain('raw.json is no index of raw files');
});

test('bytes that are not those on record, or a path that leads elsewhere, end with 1 and no index that says complete', async () => {
  await using stage = await setJobs([partOf({ files: [{ ...REQUESTS, sha256: '0'.repeat(64) }] })]);
  const wrong = await stage.download();
  expect([wrong.exitCode, wrong.err]).toEqual([1, expect.stringContaining('not the 16 on record')]);
  expect(JSON.parse(await readFile(stage.at('raw.json'), 'utf8'))).toMatchObject({ job: JOB, complete: false });
  expect((await readdir(stage.at(FOLDER))).filter((name) => name.endsWith('.part'))).toEqual([]);
  await using hostile = await setJobs([partOf({ files: [{ ...REQUESTS, path: '../../../stolen' }] })]);
  expect((await hostile.download()).err).toContain('The server names a file outside of');
});

test('of a job that has asked nothing it says so', async () => {
  await using stage = await setJobs([]);
  expect((await stage.download()).out).toContain('no request has been made');
});
