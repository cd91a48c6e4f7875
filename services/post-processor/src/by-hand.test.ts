import { shardRef } from '@batchmill/ledger/testing';
import { partPlan } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import { answerLine, errorLine, openStage } from './testing/stage.ts';

const BY_HAND = { mode: 'by-hand', retryAttempts: 1 } as const;

test('of a step by hand what is given counts once, an answer more than an error; the rest is missing and not asked again', async () => {
  await using stage = await openStage(4, BY_HAND);
  const id = stage.customId;
  const lines = [
    errorLine(id('0'), 'batch_expired'),
    errorLine(id('1'), 'server_error'),
    answerLine(id('0'), 'yes'),
    answerLine(id('2'), 'cut', 'length'),
  ];
  await stage.plan([], 1, { given: await stage.ledger.writeLines(shardRef, 'given', lines) });
  await stage.account();
  expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'failed', 2: 'truncated', 3: 'missing' });
  const closed = await stage.closed();
  expect(closed).toMatchObject({ attempts: 1, cost: 0, usage: { inputTokens: 0 } });
  expect(closed?.reused).toBeUndefined();
  expect((await stage.rejects()).find(({ id: row }) => row === '3')?.reason.message).toContain(
    'no line of the given files',
  );
});

test('rows whose requests are prepared wait: nobody was asked', async () => {
  await using stage = await openStage(2, BY_HAND);
  await stage.plan([], 1, { toSend: [partPlan(2)] });
  await stage.account();
  expect((await stage.rejects()).map(({ outcome, reason }) => [outcome, reason.code])).toEqual([
    ['missing', 'prepared'],
    ['missing', 'prepared'],
  ]);
});
