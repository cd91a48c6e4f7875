import { expect, test } from 'vitest';
import { keys } from './keys.ts';
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

  const told = (await ledger.story(shardRef)).map(({ text }) => text.replace('attempt 1, part 0, ', ''));
  expect(told).toEqual([
    'read from the source: 10 ok',
    'attempt 1: 10 requests built in 1 parts',
    'submission 1: 10 rows uploaded as file-1',
    'submission 1: claimed by w',
    'submission 1: no answer and no batch within the lease: input file file-1 deleted as a fence',
    'submission 1: refused (fenced): refused: fenced',
    'submission 2: 10 rows uploaded as file-1',
    'submission 2: claimed by w',
    'submission 2: batch batch-1 accepted by the provider',
    'submission 2: batch batch-1 ended completed',
    'attempt 1, part 0: 0 output and 0 error lines stored',
    'attempt 1 accounted: 8 ok; 2 rows asked again ()',
    'attempt 2: 10 requests built in 1 parts',
    'attempt 2 accounted: 10 ok',
    'stage closed: 10 ok',
    'shard closed, 10 rows delivered',
  ]);
});
