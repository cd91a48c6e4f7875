import { expect, test } from 'vitest';
import { keys } from './keys.ts';
import { nextTasks } from './next-tasks.ts';
import type { ShardFacts } from './shard-facts.ts';
import { tellNext } from './shard-story-next.ts';
import { attemptWith, cancelled, NOW_MS, part, paused, running, settings, shardIn } from './testing/facts.ts';
import { batch, ended, fenced, file, intent, outcomesBody, partPlan, refused, results } from './testing/facts.ts';
import { closedRecord, shardRef } from './testing/facts.ts';
import { temporaryLedger } from './testing/temporary-ledger.ts';

const attempt = (number: number) => ({ ...shardRef, stage: '001', attempt: number });
const submission = (number: number, of = 1) => ({ ...attempt(of), part: 0, submission: number });

test('R22 what has happened within one millisecond is told in the order of cause and effect', async () => {
  await using folder = await temporaryLedger();
  const { ledger } = folder;
  // the clock stands still, and the keys are written in no order
  await ledger.write(keys.shardClosed(shardRef), { lastStage: '001', rows: 10, quarantined: false });
  await ledger.write(keys.closed(shardRef, '001'), closedRecord(10));
  for (const number of [2, 1]) {
    await ledger.write(keys.outcomes(attempt(number)), outcomesBody(10, number === 1 ? 2 : 0));
    await ledger.write(keys.plan(attempt(number)), { rows: 10, asked: 10, parts: [partPlan()] });
  }
  await ledger.write(keys.results(submission(2)), results);
  await ledger.write(keys.ended(submission(2)), ended('completed'));
  await ledger.write(keys.batch(submission(2)), batch);
  await ledger.write(keys.refused(submission(1)), refused('fenced'));
  await ledger.write(keys.fenced(submission(1)), fenced);
  for (const number of [2, 1]) {
    await ledger.write(keys.intent(submission(number)), intent);
    await ledger.write(keys.file(submission(number)), file());
  }
  await ledger.write(keys.closed(shardRef, '000'), closedRecord(10));

  const told = (await ledger.story(shardRef)).map(({ text }) => text.replace('attempt 1, submission ', 'submission '));
  expect(told).toEqual([
    '10 rows came in',
    'attempt 1: 10 requests made, for one batch',
    'submission 1: 10 requests uploaded to the provider as file file-1',
    'submission 1: claimed by w, to be sent at most once',
    'submission 1: no answer and no batch in time; file file-1 is deleted, so that no batch can come of it any more',
    'submission 1: no batch has come of it, and none can any more: it is over',
    'submission 2: 10 requests uploaded to the provider as file file-1',
    'submission 2: claimed by w, to be sent at most once',
    'submission 2: the provider has accepted batch batch-1',
    'submission 2: batch batch-1 is completed',
    'attempt 1: there is no file of answers to fetch',
    'attempt 1 is counted: 8 ok; 2 rows are asked again',
    'attempt 2: 10 requests made, for one batch',
    'attempt 2 is counted: 10 ok',
    'the step is over: 10 ok',
    'the shard is closed: 10 rows to deliver',
  ]);
});

test('R22 what comes next is told of every kind of task, and of what it waits for', () => {
  const open = (...parts: Parameters<typeof attemptWith>) => shardIn([attemptWith(...parts)]);
  const said = (facts: ShardFacts, control = running, at = NOW_MS) =>
    tellNext(nextTasks(facts, control, at, settings), facts, control);
  expect(said(shardIn([]))).toEqual(['step-001: the requests of attempt 1 are made']);
  expect(said(shardIn([]), cancelled)).toEqual(['step-001: what became of each row of attempt 1 is counted']);
  expect(said(open(part([])))).toEqual(['step-001: attempt 1, submission 1 is placed at the provider']);
  expect(said(open(part([])), cancelled)).toEqual([
    'step-001: attempt 1, submission 1 is withdrawn: the run is cancelled',
  ]);
  expect(said(open(part([])), paused)).toEqual(['waits for `batchmill resume`: the job is paused']);
  expect(said(open(part([{ file: file(), intent }])))).toEqual([
    'step-001: attempt 1, submission 1: it is found out whether a batch has come of it',
  ]);
  expect(said(open(part([{ file: file(), intent, refused: refused('rate-limited', 60_000) }])))).toEqual([
    'step-001: attempt 1, submission 2 is placed at the provider, not before 2027-01-15 08:01:00 UTC',
  ]);
  expect(said(open(part([{ intent, refused: refused('no-credit') }])))).toEqual([
    'step-001: attempt 1, submission 2 is placed at the provider, not before 2027-01-15 08:00:05 UTC',
    'waits for its owner: refused: no-credit',
  ]);
  expect(said(open(part([{ intent, batch }]), part([{ intent, batch, ended: ended('completed') }])))).toEqual([
    'step-001: the answers of batch batch-1 are fetched',
    'step-001: waits for batch batch-1 at openai',
  ]);
  expect(said(open(part([{ intent, batch }])), cancelled)).toEqual([
    'step-001: batch batch-1 is cancelled at the provider',
    'step-001: waits for batch batch-1 at openai',
  ]);
  expect(said(shardIn([], { shardClosed: true }))).toEqual(['nothing: the shard is closed']);
});
