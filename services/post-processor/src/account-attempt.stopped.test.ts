import type { Recut } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { ended, file, quarantined, shardRef, withdrawn } from '@batchmill/ledger/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answerLine, attemptRef, errorLine, openStage, partRef, statusLine } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const open = async (...options: Parameters<typeof openStage>): Promise<Stage> => {
  const stage = await openStage(...options);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  return stage;
};
const submission = (part: number, number = 1, attempt = 1) => ({ ...partRef(part, attempt), submission: number });

describe('a shard that was given up', () => {
  const giveUp = (stage: Stage, ...[queue, place]: Parameters<typeof quarantined>) =>
    stage.ledger.write(keys.quarantined(shardRef), quarantined(queue, place));
  const givenUp = { code: 'crashed', message: 'died' };

  test('keeps what was answered; the others are failed with the reason', async () => {
    const stage = await open(4);
    const id = stage.customId;
    await stage.plan([['0', '1'], ['2'], ['3']]);
    await stage.end({ output: [answerLine(id('0'), 'kept')], errors: [statusLine(id('1'), 500, 'e')] });
    await stage.end({ errors: [errorLine(id('2'), 'batch_expired')] }, { part: 1, end: ended('expired') });
    await giveUp(stage, 'rows-ready');
    await stage.account();
    expect(await stage.outcomes()).toBeNull();
    await stage.ledger.write(keys.intent(submission(2)), { ...withdrawn, because: 'quarantined' });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'failed', 2: 'failed', 3: 'failed' });
    for (const { reason } of await stage.rejects()) expect(reason).toEqual(givenUp);
    expect(await stage.closed()).toMatchObject({ entering: 4, counts: { ok: 1, failed: 3 }, rows: { lines: 1 } });
  });

  test('keeps what the checkpoints of a live part hold, whose runner died too often to store its results', async () => {
    const stage = await open(3);
    await stage.checkpointLive([answerLine(stage.customId('2'), 'kept')]);
    await giveUp(stage, 'run-live', { part: 0 });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'failed', 1: 'failed', 2: 'ok' });
    expect((await stage.closed())?.cost).toBeGreaterThan(0);
  });

  test('keeps an answer of no use, with its own reason', async () => {
    const schema = { type: 'object', required: ['a'], properties: { a: { type: 'number' } } };
    const stage = await open(1, { schema, into: { got: 'a' } });
    await stage.plan([['0']]);
    await stage.end({ output: [answerLine(stage.customId('0'), 'no json')] });
    await giveUp(stage, 'rows-ready');
    await stage.account();
    expect(await stage.rejects()).toMatchObject([{ outcome: 'invalid', reason: { code: 'schema' }, raw: 'no json' }]);
  });

  test('gives no row another attempt: the next is withdrawn before it can be planned', async () => {
    const stage = await open(2);
    await stage.plan([['0', '1']]);
    await stage.end({ output: [answerLine(stage.customId('0'), 'x')] });
    await stage.account();
    await giveUp(stage, 'rows-ready', { attempt: 2 });
    await stage.account(2);
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'failed' });
    expect(await stage.rejects()).toMatchObject([{ reason: givenUp }]);
    await stage.plan([['1']], 2);
    expect(await stage.ledger.read(keys.plan(attemptRef(2)))).toMatchObject({
      withdrawn: true,
      because: 'quarantined',
    });
  });

  test('whose files cannot be fetched is accounted without them', async () => {
    const stage = await open(2);
    await stage.plan([['0'], ['1']]);
    await stage.ledger.write(keys.ended(submission(0)), ended('completed', { outputFileId: 'o' }));
    await stage.end({ output: [answerLine(stage.customId('1'), 'x')] }, { part: 1 });
    await giveUp(stage, 'batch-ended', { attempt: 1, part: 0 });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'failed', 1: 'ok' });
    expect(await stage.rejects()).toMatchObject([{ reason: givenUp }]);
  });

  test('at its accounting is not accounted again, however late the message comes', async () => {
    const stage = await open(1);
    await stage.plan([['0']]);
    await stage.end({ output: [answerLine(stage.customId('0'), 'x')] });
    await giveUp(stage, 'results-stored', { attempt: 1 });
    await stage.account();
    expect(await stage.outcomes()).toBeNull();
    expect(stage.flow.advanced).toHaveLength(1);
  });
});

describe('a part that is too large', () => {
  const recut = (stage: Stage, part: number, attempt: number, tokens: Recut) =>
    stage.ledger.write(keys.intent(submission(part, 1, attempt)), {
      ...withdrawn,
      because: 'too-large',
      recut: tokens,
    });
  const half = { limitTokens: 70, cutTokens: 70 };

  test('gives its rows to the next attempt, and the report the number of them', async () => {
    const stage = await open(3, { retryAttempts: 1 });
    await stage.plan([['0', '1'], ['2']]);
    await recut(stage, 0, 1, half);
    await stage.end({ output: [answerLine(stage.customId('2'), 'x')] }, { part: 1 });
    await stage.account();
    expect(await stage.outcomes()).toMatchObject({ counts: { ok: 1 }, again: { rows: 2, reasons: { recut: 2 } } });
    await stage.plan([['0'], ['1']], 2);
    for (const [part, row] of ['0', '1'].entries()) {
      await stage.end({ output: [answerLine(stage.customId(row, 2), 'y')] }, { part, attempt: 2 });
    }
    await stage.account(2);
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'ok', 2: 'ok' });
    // the part nobody asked for costs nothing: of four parts at 1 dollar three are left
    expect(await stage.closed()).toMatchObject({ askedAgain: { recut: 2 }, attempts: 2, batches: 3, estimatedCost: 3 });
  });

  test('uses up none of the attempts its rows may have', async () => {
    const stage = await open(1, { retryAttempts: 2 });
    for (const attempt of [1, 2, 3, 4]) {
      await stage.plan([['0']], attempt);
      if (attempt % 2 === 1) await recut(stage, 0, attempt, half);
      else await stage.end({ errors: [statusLine(stage.customId('0', attempt), 500, 'e')] }, { attempt });
      await stage.account(attempt);
      expect((await stage.outcomes(attempt))?.again.rows).toBe(attempt < 4 ? 1 : 0);
    }
    expect(await stage.rejects()).toMatchObject([{ outcome: 'failed', reason: { code: 'e' }, attempts: 2 }]);
    expect(await stage.closed()).toMatchObject({ askedAgain: { recut: 2, e: 1 } });
  });

  test('is not cut for ever: its rows end with the tokens and the limit', async () => {
    const stage = await open(1);
    for (let attempt = 1; attempt <= 31; attempt += 1) {
      await stage.plan([['0']], attempt);
      await recut(stage, 0, attempt, half);
      await stage.account(attempt);
    }
    expect(await stage.rejects()).toMatchObject([
      { outcome: 'failed', reason: { code: 'too-large', message: expect.stringMatching(/100 tokens.* 70 /) } },
    ]);
  });

  test('of a cancelled run is cancelled; of a shard that was given up its rows are failed', async () => {
    const cancelledRun = await open(1);
    await cancelledRun.plan([['0']]);
    await recut(cancelledRun, 0, 1, half);
    await cancelledRun.ledger.addControl(shardRef, { kind: 'cancel' });
    await cancelledRun.account();
    expect(await cancelledRun.fates()).toEqual({ 0: 'cancelled' });
    const stage = await open(1);
    await stage.plan([['0']]);
    await recut(stage, 0, 1, half);
    await stage.ledger.write(keys.quarantined(shardRef), quarantined('rows-ready'));
    await stage.account();
    expect(await stage.rejects()).toMatchObject([{ outcome: 'failed', reason: { code: 'crashed' } }]);
  });

  test('with one request, for which the provider has never had room, is failed with the tokens and the limit', async () => {
    const stage = await open(1);
    await stage.plan([['0']]);
    await stage.ledger.write(keys.file(submission(0)), file(1));
    await stage.ledger.write(keys.ended(submission(0)), ended('failed', { failure: 'pool-full', limitTokens: 120 }));
    await stage.ledger.write(keys.results(partRef()), { submission: 1, output: null, errors: null });
    await stage.account();
    expect(await stage.rejects()).toMatchObject([
      { outcome: 'failed', reason: { code: 'too-large', message: expect.stringMatching(/100 tokens.* 120 /) } },
    ]);
  });
});
