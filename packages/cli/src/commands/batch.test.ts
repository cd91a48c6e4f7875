import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreateJob } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

const request = (id: string): string =>
  `${JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body: { model: 'gpt-4o', messages: [] } })}\n`;
const answer = (id: string): string =>
  `${JSON.stringify({ id: `r-${id}`, custom_id: id, response: { status_code: 200, request_id: 'q', body: {} }, error: null })}\n`;
const raw = {
  id: 'r-z',
  custom_id: 'z',
  response: { status_code: 400, request_id: 'q', body: { error: {} } },
  error: null,
};
const reject = (key: string, more: object): string =>
  `${JSON.stringify({ key, step: 'request', stage: '001', outcome: 'failed', attempts: 1, fields: {}, ...more })}\n`;
const REJECTS =
  reject('z', { reason: { code: 'bad', message: 'no' }, raw }) +
  reject('y', { reason: { code: 'batch_expired', message: 'late' } });

const setFiles = async (...options: Parameters<typeof setStage>) => {
  const stage = await setStage(...options);
  await writeFile(join(stage.folder, 'one.jsonl'), request('a') + request('b'));
  await mkdir(join(stage.folder, 'more'));
  await writeFile(join(stage.folder, 'more', 'two.jsonl'), request('c'));
  const files = { 'output.jsonl': answer('a'), 'rejects.jsonl': REJECTS, 'report.json': '{}\n', 'report.html': '' };
  stage.api.nextJob = { files, statuses: [statusOf({ requestFile: 'one.jsonl' })] };
  return stage;
};
const SIMULATED = ['--provider', 'simulator'];
const jobsMade = (stage: Awaited<ReturnType<typeof setStage>>) =>
  stage.api.calls
    .filter(({ call }) => call === 'POST /v1/jobs')
    .map(({ body, key }) => ({ key, ...(JSON.parse(body) as CreateJob) }));
const textIn = (folder: string, ...path: string[]) => readFile(join(folder, ...path), 'utf8');

test('each file is a job; answers and what came to none stand beside it as the provider writes them', async () => {
  await using stage = await setFiles();
  const { exitCode, out, err } = await stage.call('batch', 'run', 'one.jsonl', 'more/two.jsonl', ...SIMULATED);
  expect(exitCode).toBe(0);
  expect(jobsMade(stage)).toHaveLength(2);
  expect(err).toMatch(/one\.jsonl: Job \w+ begins\.\ntwo\.jsonl: Job \w+ begins\./);
  expect(out).toContain('    one.output.jsonl');
  expect(await textIn(stage.folder, 'one.output.jsonl')).toBe(answer('a'));
  const late = { id: null, custom_id: 'y', response: null, error: { code: 'batch_expired', message: 'late' } };
  expect(await textIn(stage.folder, 'one.errors.jsonl')).toBe(`${JSON.stringify(raw)}\n${JSON.stringify(late)}\n`);
  expect((await readdir(stage.folder)).filter((name) => /output|error|report|part/.test(name)).sort()).toEqual([
    'one.errors.jsonl',
    'one.output.jsonl',
    'one.report.json',
  ]);
});

test('the same file is the same job, whatever stands beside it and wherever it is called from', async () => {
  await using stage = await setFiles();
  await stage.call('batch', 'run', 'one.jsonl', ...SIMULATED);
  const again = await stage.call(
    'batch',
    'run',
    'one.jsonl',
    'one.output.jsonl',
    './one.jsonl',
    ...SIMULATED,
    '--json',
  );
  expect(again.err).toContain('Left out, being results: ./one.output.jsonl');
  expect(JSON.parse(again.out)).toMatchObject({ jobs: [{ began: 'finished-before' }], exitCode: 0 });
  await stage.call('batch', 'run', 'one.jsonl', 'more/two.jsonl', '--out', 'elsewhere', ...SIMULATED);
  await stage.call('batch', 'run', 'one.jsonl', '--new', ...SIMULATED);
  const keys = jobsMade(stage).map(({ key }) => key);
  expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[0]]);
  expect(new Set(keys).size).toBe(3);
  expect((await readdir(join(stage.folder, 'elsewhere'))).length).toBeGreaterThan(0);
});

test('it asks once about all files, and shares a limit among them by what each will cost', async () => {
  await using stage = await setFiles();
  const run = (...more: string[]) =>
    stage.call('batch', 'run', 'one.jsonl', 'more/two.jsonl', '--url', stage.api.url, ...more);
  const refused = await run();
  expect([refused.exitCode, jobsMade(stage)]).toEqual([2, []]);
  expect(refused.err).toContain('--max-cost USD');
  const limited = await run('--max-cost', '3');
  expect(limited.err).toContain('3 rows for about $1.66 (in realtime $3.32), answered within 24 h. At most $3.00');
  expect(jobsMade(stage).map(({ set }) => set)).toEqual([{ max_cost: 1.5 }, { max_cost: 1.5 }]);
  stage.api.preview.estimatedCost = null;
  const unknown = await run('--max-cost', '3', '--new');
  expect([unknown.exitCode, jobsMade(stage)]).toMatchObject([2, { length: 2 }]);
  expect(unknown.err).toContain('no price is known for a model of these requests');
});

test('a line that cannot be sent stops all files before anything begins', async () => {
  await using stage = await setFiles();
  await writeFile(join(stage.folder, 'bad.jsonl'), request('a') + request('a'));
  const { exitCode, err } = await stage.call('batch', 'run', 'one.jsonl', 'bad.jsonl', ...SIMULATED);
  expect([exitCode, stage.opened, stage.api.calls]).toEqual([2, [], []]);
  expect(err).toContain('bad.jsonl:2: the custom_id "a" stands on line 1 already');
  await writeFile(join(stage.folder, 'more', 'one.jsonl'), request('a'));
  const both = await stage.call('batch', 'run', 'one.jsonl', 'more/one.jsonl', '--out', 'here', ...SIMULATED);
  expect(both.exitCode).toBe(2);
  expect(both.err).toMatch(/would both be .*here.one\.output\.jsonl/);
});

test('Ctrl-C says what goes on of all files, and how to collect it', async () => {
  await using stage = await setFiles();
  const statuses = [statusOf({ state: 'running', requestFile: 'one.jsonl', outcomes: {} })];
  stage.api.nextJob = { statuses };
  const running = stage.call('batch', 'run', 'one.jsonl', 'more/two.jsonl', ...SIMULATED);
  await expect.poll(() => stage.api.calls.some(({ call }) => call.endsWith('/events'))).toBe(true);
  stage.interrupt();
  const { exitCode, err } = await running;
  expect(exitCode).toBe(130);
  expect(err).toContain('batchmill batch run one.jsonl more/two.jsonl --provider simulator');
  expect(err).toMatch(/The same holds for:\n {2}two\.jsonl {2}job \w+\n$/);
});

test('list, check, cancel and download know the jobs of request files, and no others', async () => {
  await using stage = await setFiles();
  await stage.call('batch', 'run', 'one.jsonl', ...SIMULATED);
  const [id = ''] = stage.api.jobs.keys();
  stage.api.jobs.set('0aaaotherotherjob', { statuses: [statusOf({ id: '0aaaotherotherjob' })], rows: [], files: {} });
  const mine = statusOf({ id, requestFile: 'one.jsonl' });
  stage.api.jobs.get(id)?.statuses.splice(0, 1, mine);
  expect((await stage.call('batch', 'list')).out).toMatch(
    new RegExp(`^JOB +FILE +STATE +DONE +OF WHICH +BEGAN\n${id} +one.jsonl +completed +2/2 +2 ok +\\d{4}-\\S+ \\S+\n$`),
  );
  expect(JSON.parse((await stage.call('batch', 'check', '--json')).out)).toMatchObject({ jobs: [{ id }] });
  const other = await stage.call('batch', 'check', '0aaa');
  expect([other.exitCode, other.err]).toEqual([2, 'There is no job "0aaa". `batchmill batch list` lists them.\n']);
  expect((await stage.call('batch', 'cancel', 'last')).out).toContain(`Job ${id} is completed`);
  const got = await stage.call('batch', 'download', '--out', 'there');
  expect(got.out).toContain('one.errors.jsonl  2 rows');
  expect(await textIn(stage.folder, 'there', 'one.output.jsonl')).toBe(answer('a'));
  // the ordinary command writes the same
  await stage.call('download', id, '--out', 'same');
  expect(await readdir(join(stage.folder, 'same'))).toEqual(await readdir(join(stage.folder, 'there')));
});
