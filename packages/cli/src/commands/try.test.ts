import type { RowDetail } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

type Attempt = RowDetail['attempts'][number];

const attempt = (over: Partial<Attempt>): Attempt => ({
  run: 1,
  stage: '001',
  step: 'answer',
  attempt: 1,
  customId: 'c',
  batchId: null,
  outcome: 'ok',
  prompt: 'user: Describe one',
  ...over,
});

const rows: RowDetail[] = [
  {
    ...{ id: '0', key: 'a', outcome: 'ok', step: null, fields: { text: 'one', caption: 'A line' } },
    attempts: [attempt({ answer: { text: 'A\nline', inputTokens: 1200, outputTokens: 5, cost: 0.0123 } })],
  },
  {
    ...{ id: '1', key: 'b', outcome: 'failed', step: 'answer', fields: { text: 'two' } },
    reason: { code: 'bad', message: 'it was too long' },
    attempts: [attempt({ outcome: 'failed', reason: { code: 'bad', message: 'it was too long' } })],
  },
];

const live = statusOf({
  state: 'completed-with-rejects',
  outcomes: { ok: 1, failed: 1 },
  cost: { estimated: 0.02, paid: 0.0123, realtime: 0.0123 },
});

/** A server: its keys are its own. */
const tryOut = (stage: Awaited<ReturnType<typeof setStage>>, ...more: string[]) =>
  stage.call('try', 'pipeline.yaml', '--url', stage.api.url, ...more);

test('a try shows prompt, answer, tokens and cost of each row, and what all of it cost', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { statuses: [live], rows };
  const { exitCode, out } = await tryOut(stage, '--yes');
  expect(exitCode).toBe(3);
  expect(out).toBe(`row a  ok
  answer  1,200 tokens in, 5 out, $0.0123
    prompt   user: Describe one
    answer   A
             line

row b  failed: it was too long
  answer
    prompt   user: Describe one
    failed   it was too long

1 of 2 rows ok in 1 min 4 s, $0.0123 paid. Job 1000jobjobjobjob
`);
});

test('it asks the first five rows live, or as many as wanted', async () => {
  await using stage = await setStage();
  const sent = async (...more: string[]): Promise<unknown> => {
    await tryOut(stage, '--yes', ...more);
    const [created] = stage.api.calls.filter(({ call }) => call === 'POST /v1/jobs').slice(-1);
    return (JSON.parse(created?.body ?? '{}') as { set: unknown }).set;
  };
  expect(await sent()).toMatchObject({ 'source.limit': 5, 'steps.answer.generate.mode': 'live' });
  expect(await sent('--rows', '2')).toMatchObject({ 'source.limit': 2 });
});

test('it asks before it spends, at the realtime price', async () => {
  const questions: string[] = [];
  const confirm = async (question: string) => {
    questions.push(question);
    return false;
  };
  await using stage = await setStage({ canAsk: true, confirm });
  expect((await tryOut(stage)).exitCode).toBe(1);
  expect(questions).toEqual(['2 rows for about $1.66 at realtime prices, asked live, one by one. Go on?']);
  expect(stage.api.jobs.size).toBe(0);
});

test('the same try is not paid again', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { rows };
  await stage.call('try', 'pipeline.yaml', '--provider', 'simulator');
  const { out } = await stage.call('try', 'pipeline.yaml', '--provider', 'simulator', '--json');
  expect(stage.api.jobs.size).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ job: '1000jobjobjobjob', rows: [{ key: 'a' }, { key: 'b' }] });
});

test('a long prompt loses its middle, not its question', async () => {
  await using stage = await setStage();
  const prompt = `system: be short ${'x'.repeat(1000)} what is it?`;
  stage.api.nextJob = { rows: [{ ...(rows[0] as RowDetail), attempts: [attempt({ prompt })] }] };
  const { out } = await tryOut(stage, '--yes');
  expect(out).toMatch(/prompt {3}system: be short x+ … x+ what is it\?/);
  expect(out.length).toBeLessThan(600);
});

test('a failed try says why', async () => {
  await using stage = await setStage();
  stage.api.nextJob = { statuses: [statusOf({ state: 'failed', reason: 'the disk is full' })] };
  const { exitCode, err } = await tryOut(stage, '--yes');
  expect([exitCode, err.includes('failed: the disk is full')]).toEqual([1, true]);
});
