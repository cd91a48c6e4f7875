import { noPictures } from '@batchmill/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { answerLine, openStage } from './testing/stage.ts';

test('the pictures of all attempts are added up where the stage closes, and again the same when it is done twice', async () => {
  const stage = await openStage(2, { retryAttempts: 2 });
  onTestFinished(() => stage[Symbol.asyncDispose]());
  const first = { inlined: 2, distinct: 1, originalBytes: 900, sentBytes: 100 };
  await stage.plan([['0', '1']], 1, { pictures: first });
  await stage.end({ output: [answerLine(stage.customId('0'), 'zero')] });
  await stage.account();
  await stage.account();
  expect(await stage.closed()).toBeNull();
  await stage.plan([['1']], 2, {
    rows: 1,
    pictures: { ...noPictures, inlined: 1, distinct: 1, originalBytes: 30, sentBytes: 30 },
  });
  await stage.end({ output: [answerLine(stage.customId('1', 2), 'one')] }, { attempt: 2 });
  await stage.account(2);
  await stage.account(2);
  expect(await stage.closed()).toMatchObject({
    counts: { ok: 2 },
    pictures: { inlined: 3, distinct: 2, originalBytes: 930, sentBytes: 130 },
  });
});
