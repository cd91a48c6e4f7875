import type { Row } from '@batchmill/contracts';
import { ended } from '@batchmill/ledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { answerLine, errorLine, openStage, refusedLine, statusLine } from './testing/stage.ts';

const open = async (count: number, retryAttempts = 1) => {
  const into = { id: 'id', response: 'response', error: 'error' };
  const stage = await openStage(count, { retryAttempts, body: 'body', into });
  onTestFinished(() => stage[Symbol.asyncDispose]());
  return stage;
};

test('a whole body is answered by whatever the provider answers with success, as it stands', async () => {
  const stage = await open(4);
  await stage.plan([['0', '1', '2', '3']]);
  const id = stage.customId;
  const empty = JSON.stringify({ id: 'e', custom_id: id('3'), response: { status_code: 200, body: { choices: [] } } });
  await stage.end({
    output: [answerLine(id('0'), 'good'), refusedLine(id('1')), answerLine(id('2'), 'cut', 'length'), empty],
  });
  await stage.account();
  expect(await stage.fates()).toEqual({ 0: 'ok', 1: 'ok', 2: 'ok', 3: 'ok' });
  const rows = await Array.fromAsync(stage.ledger.readLines<Row>((await stage.closed())?.rows ?? null));
  const { response, error } = JSON.parse(answerLine('x', 'good')) as { response: object; error: null };
  expect(rows[0]?.fields).toEqual({ n: 0, id: 'r', response, error });
  expect(rows[3]?.fields).toEqual({
    n: 3,
    id: 'e',
    response: { status_code: 200, body: { choices: [] } },
    error: null,
  });
});

test('errors keep their line under the key of the row, and are asked again where that may help', async () => {
  const stage = await open(3, 2);
  await stage.plan([['0', '1', '2']]);
  const id = stage.customId;
  const errors = [
    statusLine(id('0'), 400, 'bad'),
    statusLine(id('1'), 500, 'sorry'),
    errorLine(id('2'), 'batch_expired'),
  ];
  await stage.end({ errors });
  await stage.account();
  expect(await stage.outcomes()).toMatchObject({ counts: { failed: 1 }, again: { rows: 2 } });
  await stage.plan([['1', '2']], 2);
  await stage.end({ output: [answerLine(id('1', 2), 'better')] }, { attempt: 2, end: ended('expired') });
  await stage.account(2);
  expect(await stage.fates()).toEqual({ 0: 'failed', 1: 'ok', 2: 'expired' });
  const body = { error: { code: 'bad', message: 'bad' } };
  const raw = { id: null, custom_id: 'key-0', response: { status_code: 400, body }, error: null };
  const [first, last] = await stage.rejects();
  expect(first).toMatchObject({ id: '0', reason: { code: 'bad' }, raw });
  expect(last).toMatchObject({ id: '2', reason: { code: 'batch_expired' } });
  expect(last?.raw).toBeUndefined();
});
