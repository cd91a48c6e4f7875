import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

const FIRST = 'aaaa1111jobjobjob';
const SECOND = 'aaaa2222jobjobjob';

const setJobs = async () => {
  const stage = await setStage();
  await mkdir(join(stage.folder, '.batchmill'));
  const reason = { code: 'content-filter', message: 'refused by the model' };
  stage.api.jobs.set(FIRST, {
    statuses: [statusOf({ id: FIRST, outcomes: { ok: 1, refused: 1 }, state: 'completed-with-rejects' })],
    rows: [
      { id: '0', key: 'a', outcome: 'ok', step: null, fields: { text: 'one', caption: 'A one.' } },
      { id: '1', key: 'b', outcome: 'refused', step: 'answer', reason, fields: { text: 'two' } },
    ],
    files: { 'captions.csv': 'id\na\n' },
  });
  stage.api.jobs.set(SECOND, {
    statuses: [statusOf({ id: SECOND, name: 'other', state: 'running' })],
    rows: [],
    files: {},
  });
  return stage;
};

test('a job is found by a unique beginning of its id, or as the last', async () => {
  await using stage = await setJobs();
  const nameOf = async (...wanted: string[]) => {
    const { out } = await stage.call('status', ...wanted, '--json');
    return (JSON.parse(out) as { id?: string }).id;
  };
  expect(await nameOf('aaaa2')).toBe(SECOND);
  expect(await nameOf('last')).toBe(FIRST);
  expect(await nameOf()).toBe(FIRST);
  const ambiguous = await stage.call('status', 'aaaa');
  expect(ambiguous.exitCode).toBe(2);
  expect(ambiguous.err).toMatch(
    /beginning of 2 jobs[\s\S]*aaaa1111jobjobjob {2}captions[\s\S]*aaaa2222jobjobjob {2}other/,
  );
  const unknown = await stage.call('status', 'zz');
  expect([unknown.exitCode, unknown.err]).toEqual([2, 'There is no job "zz". `batchmill jobs` lists them.\n']);
});

test('jobs, status, rows and row show what there is', async () => {
  await using stage = await setJobs();
  expect((await stage.call('jobs')).out).toMatch(
    /JOB +NAME +STATE +BEGAN\naaaa1111jobjobjob +captions +completed-with-rejects/,
  );
  expect((await stage.call('status', 'aaaa1')).out).toContain('1 of 1 batch ended');
  expect((await stage.call('rows', 'aaaa1', '--outcome', 'refused')).out).toBe(
    'KEY  OUTCOME  STEP    REASON\nb    refused  answer  refused by the model\n',
  );
  const cut = await stage.call('rows', 'aaaa1', '--limit', '1', '--json');
  expect(JSON.parse(cut.out)).toMatchObject({ job: FIRST, isCut: true, rows: [{ key: 'a' }] });
  expect((await stage.call('row', 'last', 'b')).out).toMatch(
    /^b {2}refused in answer: refused by the model\n {2}text {2}two\n/,
  );
  const none = await stage.call('row', 'last', 'nobody');
  expect([none.exitCode, none.err]).toEqual([2, 'There is no row "nobody"\n']);
});

test('download writes the files of a job to the folder that is named', async () => {
  await using stage = await setJobs();
  const { exitCode, out } = await stage.call('download', 'aaaa1', '--out', 'here');
  expect([exitCode, out]).toEqual([0, '  files in ./here\n    captions.csv  1 row  5 B\n']);
  expect(await readFile(join(stage.folder, 'here', 'captions.csv'), 'utf8')).toBe('id\na\n');
});

test('resume without a job makes every unfinished one go on, and gives the worst exit code', async () => {
  await using stage = await setJobs();
  const job = stage.api.jobs.get(SECOND);
  job?.statuses.splice(0, 1, statusOf({ id: SECOND, state: 'running' }));
  const resumed = stage.call('resume', '--out', 'x');
  await expect.poll(() => stage.api.calls.some(({ call }) => call.endsWith(`${SECOND}/events`))).toBe(true);
  expect(stage.api.calls.some(({ call }) => call.includes(`${FIRST}/events`))).toBe(false);
  stage.interrupt();
  expect((await resumed).exitCode).toBe(130);
  job?.statuses.splice(0, 1, statusOf({ id: SECOND, state: 'completed' }));
  expect(await stage.call('resume')).toMatchObject({
    out: 'Every job has ended.\n',
    err: 'What one of them has made: batchmill download JOB\n',
  });
});

test('explain says how to see one shard of a job that has none left to tell of', async () => {
  await using stage = await setJobs();
  expect(await stage.call('explain', FIRST)).toEqual({
    exitCode: 0,
    out: `job ${FIRST} is completed-with-rejects\n`,
    err: `Every shard is closed. What happened to one of them: batchmill explain ${FIRST} 0\n`,
  });
});

test('retry asks again and waits for the end; pause and cancel say what comes next', async () => {
  await using stage = await setJobs();
  const retried = await stage.call('retry', 'aaaa1');
  expect(retried.exitCode).toBe(3);
  expect(stage.api.calls.some(({ call }) => call === `POST /v1/jobs/${FIRST}/retry`)).toBe(true);
  expect((await stage.call('pause', SECOND)).out).toContain(`batchmill resume ${SECOND}`);
  expect((await stage.call('cancel', FIRST)).out).toContain(`Job ${FIRST} is completed-with-rejects: 1 ok, 1 refused.`);
});

test('watch does no work: where nobody works on the job, it says how to make it go on', async () => {
  await using stage = await setJobs();
  const idle = await stage.call('watch', SECOND);
  expect([idle.exitCode, idle.err]).toEqual([
    2,
    `Nobody works on job ${SECOND} now. \`batchmill resume ${SECOND}\` makes it go on.\n`,
  ]);
  expect((await stage.call('watch', FIRST)).exitCode).toBe(3);
});
