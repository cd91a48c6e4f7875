import type { Round, Row } from '@batchmill/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { answerLine, openStage, refusedLine } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const round: Round = {
  number: 1,
  times: 2,
  into: 'dialogue',
  from: 'dialogue',
  fields: ['answer'],
  before: [],
  opens: true,
  closes: true,
  onFailure: 'keep',
};

const open = async (changes: Partial<Round> = {}, removeWhen?: string): Promise<Stage> => {
  const stage = await openStage(3, { retryAttempts: 1 }, removeWhen, { ...round, ...changes });
  onTestFinished(() => stage[Symbol.asyncDispose]());
  await stage.plan([['0', '1', '2']]);
  const [a, b, c] = ['0', '1', '2'].map((row) => stage.customId(row)) as [string, string, string];
  await stage.end({ output: [answerLine(a, 'one'), refusedLine(b), answerLine(c, 'three')] });
  return stage;
};

const rowsOf = async (stage: Stage): Promise<Row[]> =>
  Array.fromAsync(stage.ledger.readLines<Row>((await stage.closed())?.rows ?? null));

test('a row whose turn fails goes on with the turns before, and its outcome and reason are counted', async () => {
  const stage = await open();
  await stage.account();
  expect((await rowsOf(stage)).map(({ id, fields }) => [id, fields])).toEqual([
    ['0', { n: 0, dialogue: [{ answer: 'one' }] }],
    ['1', { n: 1, dialogue: [], dialogue_complete: false }],
    ['2', { n: 2, dialogue: [{ answer: 'three' }] }],
  ]);
  expect(await stage.closed()).toMatchObject({
    entering: 3,
    counts: { ok: 2, refused: 1 },
    kept: { outcomes: { refused: 1 }, reasons: { refused: 1 } },
    rejects: null,
  });
});

test('a row whose turn fails is rejected where the pipeline says so', async () => {
  const stage = await open({ onFailure: 'reject' });
  await stage.account();
  expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'refused', 2: 'ok' });
  expect(await stage.closed()).toMatchObject({ counts: { ok: 2, refused: 1 }, rejects: { lines: 1 } });
});

test('a row that is removed is removed, also in a round, and keeps what it was removed for', async () => {
  const stage = await open({}, 'answer == "three"');
  await stage.account();
  expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'ok', 2: 'removed' });
  expect(await stage.rejects()).toMatchObject([{ id: '2', outcome: 'removed', fields: { n: 2, answer: 'three' } }]);
});

test('the last round says whether a row has all turns', async () => {
  const stage = await open({ times: 1 });
  await stage.account();
  expect((await rowsOf(stage)).map(({ fields }) => fields['dialogue_complete'])).toEqual([true, false, true]);
});
