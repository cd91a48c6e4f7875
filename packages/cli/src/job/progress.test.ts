import type { JobStatus } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { createPrinter } from '../terminal/printer.ts';
import type { Io } from '../terminal/io.ts';
import { createProgress, progressLine } from './progress.ts';
import { stepProgress } from './step-progress.ts';

const step = (name: string, entering: number, outcomes: JobStatus['outcomes'], batchesOpen = 0) => ({
  step: name,
  stage: '001',
  entering,
  outcomes,
  shardsClosed: 0,
  batchesOpen,
  batchesEnded: 0,
});
const twoSteps = statusOf({
  state: 'running',
  rows: { source: 1200, entered: 1000, rejectedAtSource: 200 },
  steps: [step('translate', 1000, { ok: 600, refused: 100 }, 2), step('answer', 600, { ok: 50 }, 1)],
});

test('a later step awaits what the steps before it can still give', () => {
  expect(stepProgress(twoSteps)).toMatchObject([
    { step: 'translate', done: 700, total: 1000 },
    { step: 'answer', done: 50, total: 900 },
  ]);
  expect(stepProgress(statusOf({ steps: [step('a', 2, { ok: 2 }), step('b', 6, { ok: 1 })] }))[1]?.total).toBe(6);
});

test('rows that are answered live count as done before they are accounted', () => {
  const steps = [{ ...step('a', 10, { ok: 3 }), mode: 'live' as const, answered: 4 }, step('b', 3, {})];
  expect(stepProgress(statusOf({ rows: { source: 10, entered: 10, rejectedAtSource: 0 }, steps }))).toMatchObject([
    { done: 7, total: 10 },
    { done: 0, total: 10 },
  ]);
});

test('one line says state, steps, batches and money', () => {
  expect(progressLine(twoSteps)).toBe(
    'running: translate 700/1,000 rows, answer 50/900 rows, 3 batches at the provider, $0.50',
  );
  expect(
    progressLine(statusOf({ state: 'ingesting', rows: null, steps: [], cost: { estimated: 0, paid: 0, realtime: 0 } })),
  ).toBe('ingesting');
  expect(progressLine({ ...twoSteps, state: 'needs-attention', reason: 'no credit' })).toMatch(
    /^needs-attention \(no credit\): /,
  );
});

const watch = (over: Partial<Io>, settings = { json: false, verbose: false, quiet: false }) => {
  let text = '';
  let nowMs = 0;
  const io = {
    err: (more: string) => void (text += more),
    columns: () => 60,
    hasColours: false,
    now: () => nowMs,
    ...over,
  } as Io;
  const context = { io, settings, printer: createPrinter(io, settings), url: undefined, stateDir: '/state', argv: [] };
  const progress = createProgress(context);
  return { progress, text: () => text, at: (milliseconds: number) => void (nowMs = milliseconds) };
};

test('without a terminal a line comes when the state changes, else at most every five seconds', () => {
  const { progress, text, at } = watch({ canDraw: false });
  const shown = (done: number, state: JobStatus['state'] = 'running') =>
    progress.show(
      statusOf({ state, steps: [step('a', 9, { ok: done })], rows: { source: 9, entered: 9, rejectedAtSource: 0 } }),
    );
  shown(1);
  at(1000);
  shown(2);
  at(5000);
  shown(3);
  shown(3, 'exporting');
  expect(text().match(/a \d\/9/g)).toEqual(['a 1/9', 'a 3/9', 'a 3/9']);
});

test('on a terminal the bars are drawn over themselves, never wider than it, and are gone at the end', () => {
  const { progress, text } = watch({ canDraw: true });
  progress.show(twoSteps);
  expect(
    text()
      .split('\n')
      .every((line) => line.length < 60),
  ).toBe(true);
  expect(text()).toContain('████████████████░░░░░░░░  700/1,000');
  progress.show(twoSteps);
  progress.end();
  expect(text().split('\u001B[3A\u001B[0J')).toHaveLength(3);
  expect(text().endsWith('\u001B[0J')).toBe(true);
});

test('--quiet shows nothing', () => {
  const { progress, text } = watch({ canDraw: true }, { json: false, verbose: false, quiet: true });
  progress.show(twoSteps);
  expect(text()).toBe('');
});
