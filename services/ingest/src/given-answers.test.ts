import type { ByHand, LineBlobRef, Stage as PipelineStage } from '@batchmill/contracts';
import { rowIdOf } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { generateStage, shardRef } from '@batchmill/ledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { jsonl, openStage, run } from './testing/stage.ts';

const answer = (id: string, fingerprint = 'fp_real'): string =>
  JSON.stringify({
    custom_id: id,
    response: {
      status_code: 200,
      body: { system_fingerprint: fingerprint, choices: [{ message: { content: 'x' }, finish_reason: 'stop' }] },
    },
    error: null,
  });

const prepared = (...names: string[]) =>
  names.map((key, position) => ({ id: rowIdOf(position * 2), key, home: 7, line: position + 1, fields: { key } }));
const ended = {
  ...prepared('gone')[0],
  id: '1',
  stage: '001',
  step: 'normalize',
  outcome: 'invalid',
  reason: { code: 'no-numbers', message: 'no numbers' },
  attempts: 2,
};

/** A job that is given prepared rows and files of answers. */
const open = async (rows: unknown[], files: Record<string, string>) => {
  const stages: PipelineStage[] = [generateStage('002')];
  const stage = await openStage({}, { stages, shardRows: 2 });
  onTestFinished(() => stage[Symbol.asyncDispose]());
  const { ledger } = stage;
  const answers = [];
  for (const [name, text] of Object.entries(files)) answers.push(await stage.addInput(name, text));
  const byHand: ByHand = { rows: await stage.addInput('rows.jsonl', jsonl(...rows)), answers };
  const job = await ledger.read(keys.job(shardRef));
  if (job === null) throw new Error('no job');
  const other = { tenant: shardRef.tenant, job: 'byhandbyhandbyha' };
  await ledger.write(keys.job(other), { ...job, ...other, byHand });
  await ledger.write(keys.run({ ...other, run: 1 }), { run: 1, reason: 'first' });
  const ref = { ...run, ...other };
  await stage.ingest(ref);
  const linesOf = (blob: LineBlobRef | undefined) => Array.fromAsync(ledger.readLines<object>(blob ?? null));
  return {
    ref,
    ledger,
    linesOf,
    shards: () => ledger.read(keys.shards(ref)),
    answers: () => ledger.read(keys.answers(ref)),
    failed: () => ledger.read(keys.runFailed(ref)),
  };
};

test('prepared rows enter the first stage as they were, with those that ended before', async () => {
  const stage = await open([...prepared('a', 'b'), ended], { 'out.jsonl': `${answer('a')}\n${answer('b')}\n` });
  expect(await stage.shards()).toMatchObject({ shards: 2, rows: 2, sourceRows: 3, rejectedRows: 0 });
  const closed = await stage.ledger.read(keys.closed({ ...stage.ref, shard: 0 }, '000'));
  expect(await stage.linesOf(closed?.rows ?? undefined)).toMatchObject([
    { id: '0', key: 'a', home: 0, line: 1 },
    { id: '2', key: 'b', home: 0, line: 2 },
  ]);
  const last = await stage.ledger.read(keys.closed({ ...stage.ref, shard: 1 }, '000'));
  expect(last?.counts).toEqual({ invalid: 1 });
  expect(await stage.linesOf(last?.rejects ?? undefined)).toEqual([ended]);
});

test('the answers are known by their keys; what is of no row, no result, or there twice is told and listed', async () => {
  const stage = await open(prepared('a', 'b', 'c'), {
    'one.jsonl': `${answer('a')}\n\nno result\n${answer('stranger')}\n`,
    'two.jsonl': `${answer('b')}\n${answer('a')}\n${answer('a')}`,
  });
  const record = await stage.answers();
  expect(record).toMatchObject({ by: 'key', entries: 4, unmatched: { lines: 2 } });
  expect(record?.simulated).toBeUndefined();
  expect(await stage.linesOf(record?.unmatched)).toEqual([
    { custom_id: null, file: 'one.jsonl', line: 3 },
    { custom_id: 'stranger', file: 'one.jsonl', line: 4 },
  ]);
  expect((await stage.shards())?.notes).toEqual([
    'one line of the given files is of no row here: "stranger" (all in unmatched.jsonl)',
    'one line of the given files is no result: one.jsonl:3 (all in unmatched.jsonl)',
    'one row has more than one line in the given files: an answer counts more than an error, and the first more than the others',
  ]);
});

test('many strangers are counted, the first ones named', async () => {
  const strangers = Array.from({ length: 1500 }, (_, line) => answer(`s${line}`));
  const stage = await open(prepared('a'), { 'out.jsonl': strangers.join('\n') });
  expect((await stage.shards())?.notes?.[0]).toMatch(
    /^1500 lines of the given files are of no row here: "s0", .*"s9" and 1490 more/,
  );
  expect((await stage.answers())?.unmatched?.lines).toBe(1500);
});

test('answers that the simulator made up are known as such, also among others', async () => {
  const stage = await open(prepared('a', 'b'), { 'out.jsonl': `${answer('a')}\n${answer('b', 'fp_simulated')}\n` });
  expect((await stage.answers())?.simulated).toBe(true);
});

test.each([
  ['a line that is no row', [{ id: '0' }], 'a line is no row'],
  ['a key twice', [...prepared('a'), { ...prepared('a')[0], id: '1' }], 'a line is no row'],
])('%s refuses the job', async (_, rows, message) => {
  const stage = await open(rows, { 'out.jsonl': answer('a') });
  expect((await stage.failed())?.message).toContain(message);
  expect(await stage.shards()).toBeNull();
});
