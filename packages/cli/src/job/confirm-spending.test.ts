import { expect, test } from 'vitest';
import { setStage } from '../testing/stage.ts';
import { spendingSentence } from './confirm-spending.ts';

/** A server: its keys are its own, so that no key is needed here. */
const run = (stage: Awaited<ReturnType<typeof setStage>>, ...more: string[]) =>
  stage.call('run', 'pipeline.yaml', '--url', stage.api.url, ...more);
const jobsMade = (stage: Awaited<ReturnType<typeof setStage>>) => stage.api.jobs.size;

test('where nobody can be asked, spending needs --yes or --max-cost', async () => {
  await using stage = await setStage();
  const refused = await run(stage);
  expect([refused.exitCode, jobsMade(stage)]).toEqual([2, 0]);
  expect(refused.err).toMatch(/--max-cost USD[\s\S]*--yes[\s\S]*--provider simulator/);
  expect((await run(stage, '--yes')).exitCode).toBe(0);
  const limited = await run(stage, '--max-cost', '0.5');
  expect(limited.err).toContain('2 rows for about $0.83 (in realtime $1.66), answered within 24 h.');
  expect(limited.err).toContain('At most $0.50 is submitted. That is less than the estimate');
  expect(jobsMade(stage)).toBe(1);
});

test('on a terminal it asks with rows, cost and window; a no starts nothing', async () => {
  const questions: string[] = [];
  let answer: boolean | null = false;
  const confirm = async (question: string) => {
    questions.push(question);
    return answer;
  };
  await using stage = await setStage({ canAsk: true, confirm });
  const no = await run(stage);
  expect([no.exitCode, jobsMade(stage)]).toEqual([1, 0]);
  expect(no.err).toContain('Nothing was started.');
  expect(questions).toEqual(['2 rows for about $0.83 (in realtime $1.66), answered within 24 h. Go on?']);
  answer = true;
  expect((await run(stage)).exitCode).toBe(0);
  expect(jobsMade(stage)).toBe(1);
});

test('the simulator never asks', async () => {
  await using stage = await setStage();
  expect((await run(stage, '--provider', 'simulator')).exitCode).toBe(0);
});

test('an unknown price and steps to come are said', () => {
  expect(spendingSentence({ rows: 1, cost: null, isFirstStepOnly: false }, ['batch'], undefined)).toBe(
    '1 row at a price that is not known for this model, answered within 24 h.',
  );
  expect(
    spendingSentence({ rows: 2, cost: { batch: 1, realtime: 2 }, isFirstStepOnly: true }, ['batch'], undefined),
  ).toContain('for the first step; the steps after it come on top');
});

test('what is asked live costs the realtime price, and is answered at once', () => {
  const estimate = { rows: 2, cost: { batch: 1, realtime: 2 }, isFirstStepOnly: false };
  expect(spendingSentence(estimate, ['live'], undefined)).toBe(
    '2 rows for about $2.00 at realtime prices, asked live, one by one.',
  );
  expect(spendingSentence(estimate, ['live', 'batch'], 1.5)).toBe(
    '2 rows for about $2.00 at realtime prices, answered within 24 h. At most $1.50 is submitted. That is less than the estimate: the job will stop there.',
  );
});
