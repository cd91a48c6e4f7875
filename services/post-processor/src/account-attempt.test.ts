import type { Row } from '@batchmill/contracts';
import { Bitmap, keys } from '@batchmill/ledger';
import { ended, file, refused, shardRef, withdrawn } from '@batchmill/ledger/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answerLine, attemptRef, errorLine, openStage, partRef, refusedLine, statusLine } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const open = async (...options: Parameters<typeof openStage>): Promise<Stage> => {
  const stage = await openStage(...options);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  return stage;
};

describe('the files of a part', () => {
  test('are read together, in any order, whichever of them a row is in', async () => {
    const stage = await open(4, { retryAttempts: 1 });
    await stage.plan([['0', '1', '2', '3']]);
    const id = stage.customId;
    await stage.end({
      output: [answerLine(id('3'), 'three'), statusLine(id('1'), 400, 'bad'), answerLine(id('0'), 'zero')],
      errors: [answerLine(id('2'), 'two')],
    });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'failed', 2: 'ok', 3: 'ok' });
    const rows = await Array.fromAsync(stage.ledger.readLines<Row>((await stage.closed())?.rows ?? null));
    expect(rows.map(({ id: row, fields }) => [row, fields['answer']])).toEqual([
      ['0', 'zero'],
      ['2', 'two'],
      ['3', 'three'],
    ]);
    expect(await stage.closed()).toMatchObject({
      entering: 4,
      counts: { ok: 3, failed: 1 },
      batches: 1,
      fieldTypes: { n: 'integer', answer: 'string' },
    });
  });

  test.each([
    ['an answer over an error', (id: string) => [statusLine(id, 500, 'x'), answerLine(id, 'good')], 'ok'],
    ['an answer over an error before it', (id: string) => [answerLine(id, 'good'), statusLine(id, 500, 'x')], 'ok'],
    ['an answer over one that was cut', (id: string) => [answerLine(id, 'cu', 'length'), answerLine(id, 'good')], 'ok'],
    ['an answer over a refusal', (id: string) => [refusedLine(id), answerLine(id, 'good')], 'ok'],
    [
      'a cut answer over an error',
      (id: string) => [statusLine(id, 500, 'x'), answerLine(id, 'cu', 'length')],
      'truncated',
    ],
    ['the first of two answers', (id: string) => [answerLine(id, 'good'), answerLine(id, 'other')], 'ok'],
  ])('with a row twice give %s, and count the other', async (_name, lines, outcome) => {
    const stage = await open(1, { retryAttempts: 1 });
    await stage.plan([['0']]);
    await stage.end({ output: lines(stage.customId('0')) });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: outcome });
    const record = await stage.outcomes();
    expect(record).toMatchObject({ lines: { unknown: 0, duplicate: 1, unparsable: 0 }, strays: { lines: 1 } });
    const values = await Array.fromAsync(stage.ledger.readLines<{ values: object }>(record?.answers ?? null));
    if (outcome === 'ok') expect(values).toMatchObject([{ values: { answer: 'good' } }]);
  });

  test('with lines nobody can use keep them, count them, and lose no row', async () => {
    const stage = await open(2);
    await stage.plan([['0'], ['1']]);
    const id = stage.customId;
    const strange = [
      '{"custom_id":"',
      'null',
      answerLine('somebody-else', 'x'),
      answerLine(id('1'), 'of the other part'),
      answerLine(id('0', 2), 'of another attempt'),
      answerLine(id('zz'), 'no such row'),
    ];
    await stage.end({ output: [...strange, answerLine(id('0'), 'good')] });
    await stage.end({ output: [answerLine(id('1'), 'good')] }, { part: 1 });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'ok' });
    const record = await stage.outcomes();
    expect(record?.lines).toEqual({ unknown: 4, duplicate: 0, unparsable: 2 });
    expect(record?.strays?.lines).toBe(6);
    // what was used at the provider is paid, whosever it was
    expect(record?.usage).toMatchObject({ inputTokens: 18, outputTokens: 12 });
  });

  test('that say nothing of a row make it missing, and it is asked again', async () => {
    const stage = await open(3);
    await stage.plan([['0', '1', '2']]);
    await stage.end({ output: [answerLine(stage.customId('1'), 'good')] });
    await stage.account();
    expect(await stage.outcomes()).toMatchObject({ counts: { ok: 1 }, again: { rows: 2, reasons: { missing: 2 } } });
    expect(await stage.closed()).toBeNull();
    const again = Bitmap.decode((await stage.outcomes())?.again.bitmap);
    expect([0, 1, 2].filter((position) => again.has(position))).toEqual([0, 2]);
  });
});

describe('R12 the end of a batch', () => {
  const silent = async (end: ReturnType<typeof ended>) => {
    const stage = await open(2, { retryAttempts: 2 });
    await stage.plan([['0', '1']]);
    await stage.end({ output: [answerLine(stage.customId('0'), 'kept')] }, { end });
    await stage.account();
    return stage;
  };

  test('expired: finished rows are kept, the others asked again', async () => {
    const stage = await silent(ended('expired'));
    expect(await stage.outcomes()).toMatchObject({ counts: { ok: 1 }, again: { rows: 1, reasons: { expired: 1 } } });
  });

  test('cancelled: finished rows are kept, the others cancelled', async () => {
    const stage = await silent(ended('cancelled'));
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'cancelled' });
  });

  test('failed: finished rows are kept, the others failed with what the provider says', async () => {
    const errors = [{ code: 'server_error', message: 'sorry', line: null, param: null }];
    const stage = await silent(ended('failed', { failure: 'other', errors }));
    expect(await stage.rejects()).toMatchObject([
      { id: '1', outcome: 'failed', reason: { code: 'server_error', message: 'sorry' } },
    ]);
  });

  test('bad lines are invalid with their own message, the others go on uncounted', async () => {
    const stage = await open(3, { retryAttempts: 1 });
    await stage.plan([['0', '1', '2']]);
    const bad = new Bitmap();
    bad.add(1);
    const errors = [{ code: 'invalid_model', message: 'no such model', line: 2, param: 'model' }];
    const first = { ...partRef(), submission: 1 };
    await stage.ledger.write(keys.file(first), file(3));
    await stage.ledger.write(
      keys.ended(first),
      ended('failed', { failure: 'bad-lines', badLines: bad.encode(), errors }),
    );
    const second = { ...partRef(), submission: 2 };
    await stage.ledger.write(keys.file(second), file(2));
    await stage.ledger.write(keys.ended(second), ended('completed'));
    const output = await stage.ledger.writeLines(
      shardRef,
      'o',
      ['0', '2'].map((row) => answerLine(stage.customId(row), 'x')),
    );
    await stage.ledger.write(keys.results(second), { submission: 2, output, errors: null });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'invalid', 2: 'ok' });
    expect(await stage.rejects()).toMatchObject([
      { reason: { code: 'invalid_model', message: 'no such model' }, attempts: 1 },
    ]);
  });

  test('a part the provider refused for good is failed', async () => {
    const stage = await open(1);
    await stage.plan([['0']]);
    await stage.ledger.write(keys.refused({ ...partRef(), submission: 1 }), refused('bad-input'));
    await stage.ledger.write(keys.results(partRef()), { submission: 1, output: null, errors: null });
    await stage.account();
    expect(await stage.rejects()).toMatchObject([{ outcome: 'failed', reason: { code: 'bad-input' } }]);
  });
});

describe('R3 rows asked again', () => {
  test('go on until the attempts are used up, and keep their last reason', async () => {
    const stage = await open(1, { retryAttempts: 3 });
    for (const attempt of [1, 2, 3]) {
      await stage.plan([['0']], attempt);
      await stage.end({ errors: [statusLine(stage.customId('0', attempt), 500, `error-${attempt}`)] }, { attempt });
      await stage.account(attempt);
      expect((await stage.outcomes(attempt))?.again.rows).toBe(attempt < 3 ? 1 : 0);
    }
    expect(await stage.rejects()).toMatchObject([{ outcome: 'failed', reason: { code: 'error-3' }, attempts: 3 }]);
    expect(await stage.closed()).toMatchObject({
      attempts: 3,
      batches: 3,
      counts: { failed: 1 },
      askedAgain: { 'error-1': 1, 'error-2': 1 },
    });
  });

  test('what asking again cannot help is not asked again', async () => {
    const stage = await open(3);
    await stage.plan([['0', '1', '2']]);
    const id = stage.customId;
    await stage.end({
      output: [refusedLine(id('1'))],
      errors: [statusLine(id('0'), 400, 'bad'), errorLine(id('2'), 'batch_cancelled')],
    });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'failed', 1: 'refused', 2: 'cancelled' });
  });

  const schema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'number' } },
    additionalProperties: false,
  };

  test('an answer that does not fit its schema is asked for once more, not twice', async () => {
    const stage = await open(2, { retryAttempts: 5, schema, into: { got: 'a' } });
    await stage.plan([['0', '1']]);
    await stage.end({
      output: [answerLine(stage.customId('0'), '{"a":"x"}'), answerLine(stage.customId('1'), 'no json')],
    });
    await stage.account();
    expect((await stage.outcomes())?.again).toMatchObject({ rows: 2, reasons: { invalid: 2 } });
    await stage.plan([['0', '1']], 2);
    const second = [answerLine(stage.customId('0', 2), '{"a":1}'), answerLine(stage.customId('1', 2), '{"b":1}')];
    await stage.end({ output: second }, { attempt: 2 });
    await stage.account(2);
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'invalid' });
    expect(await stage.rejects()).toMatchObject([{ raw: '{"b":1}', attempts: 2 }]);
  });

  test('a cut answer is asked for once more only where the pipeline says with what', async () => {
    for (const [onTruncated, again] of [
      [undefined, 0],
      [{ max_tokens: 9 }, 1],
    ] as const) {
      const stage = await open(1, onTruncated === undefined ? {} : { onTruncated });
      await stage.plan([['0']]);
      await stage.end({ output: [answerLine(stage.customId('0'), 'cu', 'length')] });
      await stage.account();
      expect((await stage.outcomes())?.again.rows).toBe(again);
      if (again === 0) continue;
      await stage.plan([['0']], 2);
      await stage.end({ output: [answerLine(stage.customId('0', 2), 'cut', 'length')] }, { attempt: 2 });
      await stage.account(2);
      expect(await stage.rejects()).toMatchObject([{ outcome: 'truncated', raw: 'cut' }]);
    }
  });

  test('names every object has are no parts of an answer', async () => {
    const stage = await open(1, { retryAttempts: 1, schema: { type: 'object' }, into: { got: 'constructor' } });
    await stage.plan([['0']]);
    await stage.end({ output: [answerLine(stage.customId('0'), '{}')] });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'invalid' });
  });
});

describe('rows that were not asked', () => {
  test('have the outcome their plan gives them', async () => {
    const stage = await open(3);
    const skipped = new Bitmap();
    skipped.add(1);
    const unaskable = await stage.ledger.writeLines(shardRef, 'u', [
      { row: '2', outcome: 'invalid', code: 'unknown-field', message: 'm' },
    ]);
    await stage.plan([['0']], 1, { skipped: skipped.encode(), unaskable });
    await stage.end({ output: [answerLine(stage.customId('0'), 'x')] });
    await stage.account();
    expect(await stage.closed()).toMatchObject({ counts: { ok: 1, skipped: 1, invalid: 1 }, rows: { lines: 2 } });
    expect(await stage.rejects()).toMatchObject([{ id: '2', outcome: 'invalid', reason: { code: 'unknown-field' } }]);
  });

  test('are never called cancelled when nobody has cancelled', async () => {
    const stage = await open(2);
    await stage.plan([['0']]);
    await stage.end({ output: [answerLine(stage.customId('0'), 'x')] });
    await stage.account();
    expect(await stage.outcomes()).toMatchObject({ counts: { ok: 1 }, again: { reasons: { missing: 1 } } });
  });

  test('by a rule of the pipeline are removed, and count as that', async () => {
    const stage = await open(2, {}, 'answer contains "DROP"');
    await stage.plan([['0', '1']]);
    await stage.end({ output: [answerLine(stage.customId('0'), 'DROP it'), answerLine(stage.customId('1'), 'keep')] });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'removed', 1: 'ok' });
  });
});

describe('a cancel', () => {
  test('takes the place of a plan that is not there, and of none that is', async () => {
    const stage = await open(2);
    await stage.account();
    expect(await stage.outcomes()).toBeNull();
    await stage.ledger.addControl(shardRef, { kind: 'cancel' });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'cancelled', 1: 'cancelled' });
    await stage.plan([['0', '1']]);
    expect(await stage.ledger.read(keys.plan(attemptRef()))).toMatchObject({ withdrawn: true, parts: [] });
  });

  test('keeps what was answered, and asks nothing again', async () => {
    const stage = await open(3);
    await stage.plan([['0', '1'], ['2']]);
    await stage.end({
      output: [answerLine(stage.customId('0'), 'x')],
      errors: [statusLine(stage.customId('1'), 500, 'e')],
    });
    await stage.ledger.addControl(shardRef, { kind: 'cancel' });
    await stage.account();
    expect(await stage.outcomes()).toBeNull();
    await stage.ledger.write(keys.intent({ ...partRef(1), submission: 1 }), withdrawn);
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'failed', 2: 'cancelled' });
  });

  test('between two attempts ends the rows that were to be asked again', async () => {
    const stage = await open(2);
    await stage.plan([['0', '1']]);
    await stage.end({ output: [answerLine(stage.customId('0'), 'x')] });
    await stage.account();
    await stage.ledger.addControl(shardRef, { kind: 'cancel' });
    await stage.account(2);
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'cancelled' });
  });
});

test('a part that is not settled keeps its attempt from being accounted', async () => {
  const stage = await open(2);
  await stage.plan([['0'], ['1']]);
  await stage.end({ output: [answerLine(stage.customId('0'), 'x')] });
  await stage.account();
  expect(await stage.outcomes()).toBeNull();
  expect(stage.flow.advanced).toHaveLength(1);
});

test('R8 running twice, also after a death before the stage was closed, gives the same records', async () => {
  const stage = await open(2);
  await stage.plan([['0', '1']]);
  await stage.end({ output: ['0', '1'].map((row) => answerLine(stage.customId(row), 'x')) });
  await Promise.all([stage.account(), stage.account()]);
  const [outcomes, closed] = [await stage.outcomes(), await stage.closed()];
  await stage.account();
  expect(await stage.outcomes()).toEqual(outcomes);
  expect(await stage.closed()).toEqual(closed);
});

describe('a live part', () => {
  test('is accounted like the files of a batch, at the realtime price, with what was sent again', async () => {
    const stage = await open(3, { retryAttempts: 1 });
    const [a, b, c] = ['0', '1', '2'].map((row) => stage.customId(row)) as [string, string, string];
    await stage.answerLive({ output: [answerLine(c, 'c'), answerLine(a, 'a')], errors: [statusLine(b, 429, 'slow')] });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'failed', 2: 'ok' });
    const closed = await stage.closed();
    expect(closed).toMatchObject({ batches: 0, live: { retried: { timeout: 2 }, repeated: 1 } });
    expect(closed?.cost).toBeGreaterThan(0);
    expect(closed?.cost).toBe(closed?.realtimeCost);
  });

  test('whose errors may pass is asked again in the next attempt', async () => {
    const stage = await open(2, { retryAttempts: 2 });
    await stage.answerLive({
      output: [answerLine(stage.customId('0'), 'a')],
      errors: [errorLine(stage.customId('1'), 'request_timeout')],
    });
    await stage.account();
    expect(await stage.outcomes()).toMatchObject({
      counts: { ok: 1 },
      again: { rows: 1, reasons: { request_timeout: 1 } },
    });
  });

  test('that a cancel has ended leaves its silent rows cancelled', async () => {
    const stage = await open(2);
    await stage.ledger.addControl(shardRef, { kind: 'cancel' });
    await stage.answerLive({ output: [answerLine(stage.customId('0'), 'a')] });
    await stage.account();
    expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'cancelled' });
  });
});
