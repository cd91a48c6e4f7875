import { formatCustomId } from '@batchmill/contracts';
import type { AnswerLine, FailureLine, PlanRecord } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { outcomesBody, partPlan, pipeline, shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import { answersOfJob } from './answers-of-job.ts';
import { requestDigest } from './digest.ts';

const attempt = (number: number) => ({ ...shardRef, stage: '001', attempt: number });
const customId = (row: string, number = 1): string =>
  formatCustomId({ job: shardRef.job, stage: '001', shard: 0, row, attempt: number });

const resultLine = (row: string, content: string, number = 1, finish = 'stop'): string =>
  JSON.stringify({
    custom_id: customId(row, number),
    response: { status_code: 200, body: { choices: [{ message: { content }, finish_reason: finish }], usage: {} } },
    error: null,
  });
const errorLine = (row: string): string =>
  JSON.stringify({ custom_id: customId(row), response: null, error: { code: 'server_error', message: 'no' } });

type Asked = { row: string; body: object };
type Told = { asked: Asked[]; output: string[]; errors?: string[]; ok: string[]; failed?: Record<string, string> };

/** What one attempt of a shard asked, was answered, and decided. */
const tell = async ({ ledger }: TemporaryLedger, number: number, told: Told, extra: Partial<PlanRecord> = {}) => {
  const ref = attempt(number);
  const requests = told.asked.map(({ row, body }) => ({
    custom_id: customId(row, number),
    method: 'POST',
    url: '/v1/chat/completions',
    body,
  }));
  const parts =
    requests.length === 0 ? [] : [{ ...partPlan(), requests: await ledger.writeLines(ref, 'requests', requests) }];
  await ledger.write(keys.plan(ref), { rows: 3, asked: 3, parts, ...extra });
  if (parts.length > 0)
    await ledger.write(keys.results({ ...ref, part: 0 }), {
      submission: 1,
      output: await ledger.writeLinesIfAny(ref, 'output', told.output),
      errors: await ledger.writeLinesIfAny(ref, 'errors', told.errors ?? []),
    });
  const answers: AnswerLine[] = told.ok.map((row) => ({ row, values: {} }));
  const failures = Object.entries(told.failed ?? {}).map(
    ([row, outcome]) => ({ row, outcome, code: outcome, message: '' }) as FailureLine,
  );
  await ledger.write(keys.outcomes(ref), {
    ...outcomesBody(3, 0),
    answers: await ledger.writeLinesIfAny(ref, 'answers', answers),
    failures: await ledger.writeLinesIfAny(ref, 'failures', failures),
  });
};

/** Request body → text of the answer that would be taken over. */
const taken = async ({ ledger }: TemporaryLedger, bodies: object[]): Promise<Record<string, string[]>> => {
  const job = await ledger.read(keys.job(shardRef));
  await ledger.write(keys.shards(shardRef), {
    shards: 1,
    rows: 3,
    sourceRows: 3,
    rejectedRows: 0,
    rejectsByReason: {},
    startAfter: [{ from: 0, stage: '000' }],
  });
  const names = new Map(
    bodies.map((body) => {
      const text = JSON.stringify(body);
      const asked = { provider: 'openai', endpoint: '/v1/chat/completions' };
      return [requestDigest(asked, text).toString('hex'), text];
    }),
  );
  const found: Record<string, string[]> = {};
  if (job === null) throw new Error('no job');
  for await (const { digest, blob, start, bytes } of answersOfJob(ledger, job)) {
    const text = Buffer.from((await ledger.store.get(blob)) ?? []).toString('utf8', start, start + bytes);
    const name = names.get(Buffer.from(digest).toString('hex')) ?? 'unknown';
    const line = JSON.parse(text) as { response: { body: { choices: { message: { content: string } }[] } } };
    (found[name] ??= []).push(line.response.body.choices[0]?.message.content ?? '');
  }
  return found;
};

const [A, B, C] = [{ ask: 'ä' }, { ask: 'b', body: ',"body":' }, { ask: 'c' }];

test('rows that are ok or removed are taken over; others are asked again', async () => {
  await using folder = await temporaryLedger();
  await folder.addJob(pipeline());
  await tell(folder, 1, {
    asked: [
      { row: '0', body: A },
      { row: '1', body: B },
      { row: '2', body: C },
    ],
    output: [resultLine('0', 'an answer'), resultLine('1', 'to be removed'), resultLine('2', 'refused')],
    ok: ['0'],
    failed: { 1: 'removed', 2: 'refused' },
  });
  expect(await taken(folder, [A, B, C])).toEqual({
    [JSON.stringify(A)]: ['an answer'],
    [JSON.stringify(B)]: ['to be removed'],
  });
});

test('of several lines for a row the one that counted is taken', async () => {
  await using folder = await temporaryLedger();
  await folder.addJob(pipeline());
  await tell(folder, 1, {
    asked: [{ row: '0', body: A }],
    output: [resultLine('0', 'cut', 1, 'length'), resultLine('0', 'whole'), resultLine('0', 'later')],
    errors: [errorLine('0'), 'garbage'],
    ok: ['0'],
  });
  expect(await taken(folder, [A])).toEqual({ [JSON.stringify(A)]: ['whole'] });
});

test('a row that was asked again is taken over with what it was asked again for, so that nothing of it is paid twice', async () => {
  await using folder = await temporaryLedger();
  await folder.addJob(pipeline());
  await tell(folder, 1, {
    asked: [
      { row: '0', body: A },
      { row: '1', body: B },
    ],
    output: [resultLine('0', 'cut', 1, 'length')],
    errors: [errorLine('1')],
    ok: [],
    failed: { 0: 'truncated', 1: 'failed' },
  });
  await tell(folder, 2, {
    asked: [
      { row: '0', body: C },
      { row: '1', body: B },
    ],
    output: [resultLine('0', 'whole', 2), resultLine('1', 'at last', 2)],
    ok: ['0', '1'],
  });
  expect(await taken(folder, [A, B, C])).toEqual({
    [JSON.stringify(A)]: ['cut'],
    [JSON.stringify(B)]: ['at last'],
    [JSON.stringify(C)]: ['whole'],
  });
});

test('an attempt that is not accounted yet gives nothing', async () => {
  await using folder = await temporaryLedger();
  await folder.addJob(pipeline());
  await folder.ledger.write(keys.plan(attempt(1)), { rows: 1, asked: 1, parts: [] });
  expect(await taken(folder, [A])).toEqual({});
});
