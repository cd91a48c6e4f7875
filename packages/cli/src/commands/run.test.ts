import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

const SIMULATED = ['run', 'pipeline.yaml', '--provider', 'simulator'];
const createdBodies = (stage: Awaited<ReturnType<typeof setStage>>) =>
  stage.api.calls.filter(({ call }) => call === 'POST /v1/jobs');

test('a run uploads its input, writes its files, and ends with a receipt', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { files: { 'captions.csv': 'id,caption\na,x\nb,y\n', 'qa/train.csv': 'id\na\n' } };
  const { exitCode, out, err } = await stage.call(...SIMULATED, '--out', 'mine');
  expect(exitCode).toBe(0);
  expect(out).toBe(`captions: 2 rows, all ok in 1 min 4 s. Job 1000jobjobjobjob
  ok          2 rows
  paid        $0.50, saved $0.50 against realtime ($1.00)
  paid twice  0
  files in ./mine
    captions.csv  2 rows  19 B
    qa/train.csv   1 row   5 B
`);
  expect(err).toContain('Job 1000jobjobjobjob begins.');
  expect(await readFile(join(stage.folder, 'mine', 'qa', 'train.csv'), 'utf8')).toBe('id\na\n');
  expect(stage.opened).toMatchObject([{ stateDir: join(stage.folder, '.batchmill'), simulator: {}, mode: 'job' }]);
  const uploaded = stage.api.calls.find(({ call }) => call === 'POST /v1/uploads?name=data.csv');
  expect(uploaded?.body).toBe('id,text\na,one\nb,two\n');
});

test('the same run is the same job; other data, another pipeline or --new is another', async () => {
  await using stage = await setStage();
  const keys = async (...more: string[]): Promise<string | undefined> => {
    await stage.call(...SIMULATED, ...more);
    return createdBodies(stage).at(-1)?.key;
  };
  const first = await keys();
  expect(await keys('--out', 'elsewhere')).toBe(first);
  expect(await keys('--input', join(stage.folder, 'data.csv'))).toBe(first);
  expect(
    new Set([first, await keys('--var', 'model=gpt-4o'), await keys('--limit', '1'), await keys('--new')]).size,
  ).toBe(4);
});

test('after --new, the new run is the one that is known', async () => {
  await using stage = await setStage();
  await stage.call(...SIMULATED);
  await stage.call(...SIMULATED, '--new');
  expect(stage.api.jobs.size).toBe(2);
  const again = await stage.call(...SIMULATED, '--json');
  expect(JSON.parse(again.out)).toMatchObject({ job: '0999jobjobjobjob', began: 'finished-before' });
});

test('it says which of the three it was: new, going on, or finished before', async () => {
  await using stage = await setStage();
  expect((await stage.call(...SIMULATED)).err).toContain('begins.');
  const again = await stage.call(...SIMULATED, '--json');
  expect(again.err).toContain('has ended: its files are written again, nothing is paid');
  expect(JSON.parse(again.out)).toMatchObject({ began: 'finished-before', exitCode: 0 });

  const job = stage.api.jobs.get('1000jobjobjobjob');
  job?.statuses.splice(0, 2, statusOf({ state: 'paused' }));
  const resumed = await stage.call(...SIMULATED, '--json');
  expect(resumed.err).toContain('has not ended: it goes on');
  expect(stage.api.calls.some(({ call }) => call === 'POST /v1/jobs/1000jobjobjobjob/resume')).toBe(true);
  expect(resumed.exitCode).toBe(1);
  expect(resumed.err).toContain('is paused.');
});

test('a run that was changed names the one before it, and how not to pay again for what that has answered', async () => {
  await using stage = await setStage();
  expect((await stage.call(...SIMULATED)).err).not.toContain('another run');
  const changed = await stage.call(...SIMULATED, '--limit', '1');
  expect(changed.err).toContain(
    'It is another run than job 1000jobjobjobjob of the same name. (--reuse 1000jobjobjobjob',
  );
  const reusing = await stage.call(...SIMULATED, '--limit', '2', '--reuse', '1000jobjobjobjob');
  expect(reusing.err).toContain('Requests that job 1000jobjobjobjob has answered are not sent again.');
  expect(reusing.err).not.toContain('another run');
});

test('another budget is the same run: an unfinished one goes on with it', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { statuses: [statusOf({ state: 'running' })] };
  const first = stage.call(...SIMULATED, '--max-cost', '1');
  await expect.poll(() => stage.api.calls.some(({ call }) => call.endsWith('/events'))).toBe(true);
  stage.interrupt();
  await first;
  const again = stage.call(...SIMULATED, '--max-cost', '5');
  await expect.poll(() => stage.api.calls.some(({ call }) => call.endsWith('/resume'))).toBe(true);
  stage.interrupt();
  await again;
  const resumed = stage.api.calls.find(({ call }) => call.endsWith('/resume'));
  expect(JSON.parse(resumed?.body ?? '')).toEqual({ maxCost: 5 });
  expect(stage.api.jobs.size).toBe(1);
});

test.each([
  [statusOf({ state: 'completed-with-rejects', outcomes: { ok: 1, refused: 1 } }), 3, '1 of 2 rows ok'],
  [statusOf({ state: 'cancelled', outcomes: { ok: 1, cancelled: 1 } }), 3, 'cancelled, 1 of 2 rows ok'],
])('rows that are not ok end with 3 and stand in the receipt', async (status, exitCode, words) => {
  await using stage = await setStage();
  stage.api.nextJob = { statuses: [status] };
  const got = await stage.call(...SIMULATED);
  expect(got.exitCode).toBe(exitCode);
  expect(got.out).toContain(words);
});

test('a job that could not use its input ends with 2 and every problem; another failure with 1', async () => {
  await using stage = await setStage();
  const problems = [
    { code: 'duplicate-key', message: 'the key "a" stands twice', place: { file: 'data.csv', line: 4 } },
    { code: 'bad-cells', message: 'too few cells', place: { file: 'data.csv', line: 9 } },
  ];
  stage.api.nextJob = { statuses: [statusOf({ state: 'failed', reason: 'the input cannot be used', problems })] };
  const input = await stage.call(...SIMULATED);
  expect(input.exitCode).toBe(2);
  expect(input.err).toContain('data.csv:4: the key "a" stands twice\ndata.csv:9: too few cells\n');
  stage.api.nextJob = { statuses: [statusOf({ state: 'failed', reason: 'the disk is full' })] };
  const other = await stage.call(...SIMULATED, '--new');
  expect([other.exitCode, other.err.includes('failed: the disk is full')]).toEqual([1, true]);
});

test('Ctrl-C says what goes on at the provider and how to collect it, and ends with 130', async () => {
  await using stage = await setStage();
  const step = {
    step: 'answer',
    stage: '001',
    entering: 2,
    outcomes: {},
    shardsClosed: 0,
    batchesOpen: 2,
    batchesEnded: 0,
  };
  stage.api.nextJob = { statuses: [statusOf({ state: 'running', steps: [step], outcomes: {} })] };
  const running = stage.call(...SIMULATED, '--json', '--new', '--var', "model=it's", '--out', 'x');
  await expect.poll(() => stage.api.calls.some(({ call }) => call.endsWith('/events'))).toBe(true);
  stage.interrupt();
  const { exitCode, out, err } = await running;
  expect(exitCode).toBe(130);
  expect(err).toContain(
    '2 batches of job 1000jobjobjobjob go on at the provider, and what is answered there is paid for.',
  );
  expect(err).toContain("batchmill run pipeline.yaml --provider simulator --json --var 'model=it'\\''s' --out x\n");
  expect(err).toContain('batchmill resume 1000jobjobjobjob');
  expect(JSON.parse(out)).toMatchObject({ state: 'running', exitCode: 130 });
});

test('Ctrl-C counts the batches that are at the provider by then, not those of the last snapshot', async () => {
  await using stage = await setStage();
  const [step] = statusOf().steps;
  const statusWith = (batchesOpen: number) =>
    statusOf({
      state: 'running',
      steps: [{ ...(step as NonNullable<typeof step>), batchesOpen, batchesEnded: 0 }],
      outcomes: {},
    });
  const job = { statuses: [statusWith(0)], rows: [], files: {} };
  stage.api.nextJob = job;
  const running = stage.call(...SIMULATED);
  await expect.poll(() => stage.api.calls.some(({ call }) => call.endsWith('/events'))).toBe(true);
  job.statuses = [statusWith(1)];
  stage.api.jobs.set('1000jobjobjobjob', job);
  stage.interrupt();
  expect((await running).err).toContain('1 batch of job 1000jobjobjobjob goes on at the provider');
});

test('--quiet says nothing; made-up answers are called so', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { statuses: [statusOf({ simulated: true })] };
  expect(await stage.call(...SIMULATED, '--quiet')).toEqual({ exitCode: 0, out: '', err: '' });
  expect((await stage.call(...SIMULATED)).out).toContain('The texts are made up: they come from the simulator');
});

test('a receipt of what was asked live names the realtime price, and no saving', async () => {
  await using stage = await setStage();
  const [step] = statusOf().steps;
  const status = statusOf({ steps: [{ ...(step as NonNullable<typeof step>), mode: 'live', batchesEnded: 0 }] });
  stage.api.nextJob = { statuses: [status] };
  expect((await stage.call(...SIMULATED, '--mode', 'live')).out).toContain('$0.50, at realtime prices (asked live)');
  stage.api.nextJob = { statuses: [{ ...status, simulated: true }] };
  const made = await stage.call(...SIMULATED, '--mode', 'live', '--new');
  expect(made.out).toContain('with a real key about $0.50 (asked live, at realtime prices)');
});

test('a model without a known price has no cost in the receipt, and none in the status', async () => {
  await using stage = await setStage();
  const cost = { estimated: 0, paid: 0, realtime: 0, unpriced: ['llama-9'] };
  stage.api.nextJob = { statuses: [statusOf({ cost })] };
  expect((await stage.call(...SIMULATED)).out).toContain('  paid        not known: there is no price for "llama-9"\n');
  expect((await stage.call('status')).out).toMatch(/cost +not known: there is no price for "llama-9"\n/);
  stage.api.nextJob = { statuses: [statusOf({ cost, simulated: true })] };
  const made = await stage.call(...SIMULATED, '--new');
  expect(made.out).toContain('nothing; what a real key would pay is not known: there is no price for "llama-9"');
});
