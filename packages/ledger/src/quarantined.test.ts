import { batchEnded, cancelRequested, requestsBuilt } from '@batchmill/contracts';
import type { QuarantinedRecord } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { keys } from './keys.ts';
import { givenUpOfPart, isGivenUp, workName } from './quarantined.ts';
import type { Work } from './quarantined.ts';
import { closedRecord, partPlan, quarantined, shardRef, stages } from './testing/facts.ts';
import { temporaryLedger } from './testing/temporary-ledger.ts';

const place = { stage: '001', attempt: 1, part: 2 };

const record = (work: Work): Omit<QuarantinedRecord, 'v' | 'nonce' | 'at'> => ({
  ...work,
  code: 'crashed',
  message: 'm',
});

test('a shard tells first why it was given up, then what failed after that; its parts know', async () => {
  await using folder = await temporaryLedger();
  const { ledger } = folder;
  await ledger.write(keys.closed(shardRef, '000'), closedRecord(10));
  await ledger.write(keys.plan({ ...shardRef, ...place }), { rows: 10, asked: 10, parts: [partPlan(), partPlan()] });
  const before = await ledger.shardFacts(shardRef, stages);
  expect(before.quarantined).toEqual([]);
  expect(before.current?.attempts[0]?.parts[1]).not.toHaveProperty('givenUp');

  const works: Work[] = [
    { queue: 'results-stored', stage: '001', attempt: 1 },
    { queue: 'batch-ended', stage: '001', attempt: 1, part: 1 },
  ];
  await ledger.write(keys.quarantined(shardRef), record({ queue: 'rows-ready', stage: '001', attempt: 1 }));
  for (const work of works) await ledger.write(keys.quarantinedWork(shardRef, workName(work)), record(work));
  // the same number of another shard is none of ours
  await ledger.write(keys.quarantined({ ...shardRef, shard: 1 }), record({ queue: 'other', stage: '001' }));
  const facts = await ledger.shardFacts(shardRef, stages);
  expect(facts.quarantined.map(({ queue }) => queue)).toEqual(['rows-ready', 'batch-ended', 'results-stored']);
  const nothing = { retrieving: false, askingLive: false, resolving: [], cancelling: [] };
  expect(facts.current?.attempts[0]?.parts).toMatchObject([
    { givenUp: nothing },
    { givenUp: { ...nothing, retrieving: true } },
  ]);
});

test('a record names its work by the numbers that both have', () => {
  const named = [quarantined('batch-ended', { attempt: 1, part: 2 })];
  expect(isGivenUp(named, { queue: 'batch-ended', ...place })).toBe(true);
  expect(isGivenUp(named, { queue: 'batch-ended', ...place, part: 3 })).toBe(false);
  expect(isGivenUp(named, { queue: 'batch-ended', ...place, stage: '002' })).toBe(false);
  expect(isGivenUp(named, { queue: 'results-stored', ...place })).toBe(false);
  expect(isGivenUp([quarantined('batch-ended')], { queue: 'batch-ended', ...place })).toBe(true);
  const more = [quarantined('batch-ended', { attempt: 1, part: 2, submission: 3 })];
  expect(isGivenUp(more, { queue: 'batch-ended', ...place })).toBe(true);
});

test('placing is given up by the first record, resolving only by a later one', () => {
  const submit = quarantined(requestsBuilt.name, { attempt: 1, part: 2, submission: 3 });
  const cancel = quarantined(cancelRequested.name, { attempt: 1, part: 2, submission: 4 });
  const fetch = quarantined(batchEnded.name, { attempt: 1, part: 2 });
  expect(givenUpOfPart([], place)).toBeUndefined();
  expect(givenUpOfPart([submit], place)).toEqual({
    retrieving: false,
    askingLive: false,
    resolving: [],
    cancelling: [],
  });
  expect(givenUpOfPart([submit, submit], place)).toMatchObject({ resolving: [3] });
  expect(givenUpOfPart([cancel, fetch], place)).toEqual({
    retrieving: true,
    askingLive: false,
    resolving: [],
    cancelling: [4],
  });
  expect(givenUpOfPart([cancel, fetch], { ...place, part: 1 })).toMatchObject({
    retrieving: false,
    askingLive: false,
    cancelling: [],
  });
});

test('names of works differ where works differ', () => {
  const works: Work[] = [
    { queue: 'transform-ready', stage: '001' },
    { queue: 'results-stored', stage: '001', attempt: 1 },
    { queue: 'results-stored', stage: '001', attempt: 11 },
    { queue: 'batch-ended', stage: '001', attempt: 1, part: 1 },
    { queue: 'requests-built', stage: '001', attempt: 1, part: 0, submission: 1 },
  ];
  const names = works.map(workName);
  expect(new Set(names).size).toBe(works.length);
  for (const name of names) expect(keys.quarantinedWork(shardRef, name).key).toMatch(/^[a-z0-9./-]+$/);
});
