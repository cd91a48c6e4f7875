import { Bitmap } from '@batchmill/ledger';
import { expect, test } from 'vitest';
import { shardRef } from '@batchmill/ledger/testing';
import { answerLine, errorLine, openStage } from './testing/stage.ts';

test('answers known before are judged like any other and cost nothing; the stage tells how many there were', async () => {
  await using stage = await openStage(4);
  const id = stage.customId;
  const lines = [answerLine(id('0'), 'known'), answerLine(id('2'), 'cut', 'length'), answerLine('stranger', 'x')];
  const given = await stage.ledger.writeLines(shardRef, 'given', lines);
  await stage.plan([['1', '3']], 1, { given });
  await stage.end({ output: [answerLine(id('1'), 'new'), answerLine(id('3'), 'new')] });
  await stage.account();
  expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'ok', 2: 'truncated', 3: 'ok' });
  expect(await stage.outcomes()).toMatchObject({
    rows: 4,
    reused: 2,
    usage: { inputTokens: 6, outputTokens: 4 },
    lines: { unknown: 0, duplicate: 0, unparsable: 0 },
  });
  expect(await stage.closed()).toMatchObject({ reused: 2, usage: { inputTokens: 6 } });
});

test('an answer known before that does not stand up is asked for', async () => {
  await using stage = await openStage(2, { schema: { type: 'object' } });
  const id = stage.customId;
  const lines = [answerLine(id('0'), 'no JSON'), answerLine(id('1'), '{}')];
  await stage.plan([], 1, { given: await stage.ledger.writeLines(shardRef, 'given', lines) });
  await stage.account();
  const outcomes = await stage.outcomes();
  expect(outcomes).toMatchObject({ counts: { ok: 1 }, again: { rows: 1, reasons: { invalid: 1 } } });
  expect(Bitmap.decode(outcomes?.again.bitmap).has(0)).toBe(true);
});

test('a row whose known line is an error is asked again as by its rule', async () => {
  await using stage = await openStage(1);
  const given = await stage.ledger.writeLines(shardRef, 'given', [errorLine(stage.customId('0'), 'server_error')]);
  await stage.plan([], 1, { given });
  await stage.account();
  expect((await stage.outcomes())?.again).toMatchObject({ rows: 1, reasons: { server_error: 1 } });
});
