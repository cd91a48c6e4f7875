import { describe, expect, test } from 'vitest';
import { nextTasks } from './next-tasks.ts';
import type { Next } from './next-tasks.ts';
import { givenUpOfPart } from './quarantined.ts';
import type { PartFacts, ShardFacts } from './shard-facts.ts';
import {
  attemptWith,
  base,
  batch,
  cancelled,
  cancelSent,
  closedRecord,
  ended,
  fenced,
  file,
  intent,
  NOW_MS,
  outcomesBody,
  part,
  paused,
  quarantined,
  refused,
  results,
  running,
  settings,
  shardIn,
  withdrawn,
} from './testing/facts.ts';

const closedOpen = { kind: 'close', lastStage: '000', rows: 10, quarantined: true };
const builder = quarantined('rows-ready', { attempt: 1 });

/** A shard in attempt 1 of these parts, given up for these reasons. */
const givenUp = (parts: PartFacts[] | null, ...records: ReturnType<typeof quarantined>[]): ShardFacts => {
  const attempt = attemptWith(...(parts ?? []));
  const named = attempt.parts.map((one): PartFacts => {
    const given = givenUpOfPart(records, { stage: '001', attempt: 1, part: one.part });
    return given === undefined ? one : { ...one, givenUp: given };
  });
  return shardIn(parts === null ? [] : [{ ...attempt, parts: named }], { quarantined: records });
};
const next = (facts: ShardFacts, control = running): Next => nextTasks(facts, control, NOW_MS, settings);
const tasks = (facts: ShardFacts, control = running): unknown[] => {
  const answer = next(facts, control);
  return answer.kind === 'open' ? answer.tasks : [answer];
};

const submit = (submission: number, number = 0) => ({
  kind: 'submit',
  stage: '001',
  attempt: 1,
  part: number,
  submission,
});
const account = (attempt: number) => ({ kind: 'account', stage: '001', attempt });
const placed = { file: file(), intent, batch };
const open = part([placed]);
const settled = part([{ ...placed, ended: ended('completed') }], { results });

describe('a shard that was given up', () => {
  test('in a stage in which nothing has begun is closed with its rows open', () => {
    expect(next(givenUp(null, builder))).toEqual(closedOpen);
    const transform = {
      kind: 'transform' as const,
      number: '001',
      step: 't',
      transform: { name: 'derive', options: {} },
    };
    const facts = shardIn([], { quarantined: [builder], current: { stage: transform, attempts: [] } });
    expect(next(facts)).toEqual(closedOpen);
  });

  test('after its work was done has lost nothing', () => {
    const { current: _current, ...finished } = shardIn([], { quarantined: [builder] });
    expect(next(finished)).toMatchObject({ kind: 'close', quarantined: false });
    const empty = shardIn([], { quarantined: [builder], closed: [{ stage: '000', record: closedRecord(0) }] });
    expect(next(empty)).toMatchObject({ kind: 'close', quarantined: false });
  });

  test('builds no attempt any more: rows that were to be asked again are accounted', () => {
    const first = { ...attemptWith(settled), outcomes: { ...base, ...outcomesBody(10, 2) } };
    expect(tasks(shardIn([first], { quarantined: [builder] }))).toEqual([account(2)]);
  });

  test.each([running, paused])('withdraws what is not claimed, whatever it waits for: %o', (control) => {
    const waiting = part([{ file: file(), intent, refused: refused('pool-full', 60_000) }]);
    expect(tasks(givenUp([part([]), waiting], builder), control)).toEqual([submit(1), submit(2, 1)]);
  });

  test('resolves its claims, waits for its batches and fetches their files', () => {
    const claim = part([{ file: file(), intent }]);
    expect(tasks(givenUp([claim], builder))).toEqual([submit(1)]);
    expect(next(givenUp([open], builder))).toMatchObject({
      tasks: [],
      waits: [{ on: 'batch' }],
      openBatches: [{ batchId: 'batch-1' }],
    });
    const over = part([{ ...placed, ended: ended('expired') }]);
    expect(tasks(givenUp([over], builder))).toEqual([{ kind: 'retrieve', stage: '001', attempt: 1, part: 0 }]);
  });

  test('cancels no batch, unless the user does', () => {
    expect(tasks(givenUp([open], builder))).toEqual([]);
    expect(tasks(givenUp([open], builder), cancelled)).toMatchObject([{ kind: 'cancel' }]);
  });

  test('is accounted once everything is settled', () => {
    expect(tasks(givenUp([settled, part([{ intent: withdrawn }])], builder))).toEqual([account(1)]);
  });
});

describe('the work that was given up', () => {
  test('fetching: its part is settled without files, the others are fetched', () => {
    const over = part([{ ...placed, ended: ended('completed', { outputFileId: 'o' }) }]);
    const record = quarantined('batch-ended', { attempt: 1, part: 0 });
    expect(tasks(givenUp([over, settled], record))).toEqual([account(1)]);
    expect(tasks(givenUp([over, over], record))).toEqual([{ kind: 'retrieve', stage: '001', attempt: 1, part: 1 }]);
    // also where it was another work for which the shard was given up
    expect(tasks(givenUp([over, settled], builder, record))).toEqual([account(1)]);
  });

  test('accounting: the shard is closed with the rows of the stage open, once nothing of it is at the provider', () => {
    const record = quarantined('results-stored', { attempt: 1 });
    expect(next(givenUp([settled], record))).toEqual(closedOpen);
    expect(next(givenUp([settled], builder, record))).toEqual(closedOpen);
    expect(next(givenUp([settled, open], record))).toMatchObject({ kind: 'open', waits: [{ on: 'batch' }] });
    const accounted = { ...attemptWith(settled), outcomes: { ...base, ...outcomesBody(10, 0) } };
    expect(next(shardIn([accounted], { quarantined: [record] }))).toEqual(closedOpen);
  });

  test('accounting of an attempt before is no reason not to account the next', () => {
    const record = quarantined('results-stored', { attempt: 1 });
    const first = { ...attemptWith(settled), outcomes: { ...base, ...outcomesBody(10, 2) } };
    expect(tasks(shardIn([first], { quarantined: [record] }))).toEqual([account(2)]);
    const second = quarantined('results-stored', { attempt: 2 });
    expect(next(shardIn([first], { quarantined: [record, second] }))).toEqual(closedOpen);
  });

  test('a record of before attempts were named stands for all of them', () => {
    expect(next(givenUp([settled], quarantined('results-stored')))).toEqual(closedOpen);
  });

  test('cancelling: the batch is waited for', () => {
    const record = quarantined('cancel-requested', { attempt: 1, part: 0, submission: 1 });
    expect(next(givenUp([open], record), cancelled)).toMatchObject({ tasks: [], waits: [{ on: 'batch' }] });
    const late = part(
      [
        { ...placed, fenced, refused: refused('fenced') },
        { ...placed, ended: ended('completed') },
      ],
      {
        results,
      },
    );
    expect(tasks(givenUp([late], record))).toEqual([account(1)]);
    expect(tasks(givenUp([part([{ ...placed, cancelSent }])], builder), cancelled)).toEqual([]);
  });

  test('placing: a claim is still resolved once; if that fails for good, its owner is asked', () => {
    const record = quarantined('requests-built', { attempt: 1, part: 0, submission: 1 });
    for (const claim of [part([{ file: file(), intent }]), part([{ file: file(), intent, fenced }])]) {
      expect(tasks(givenUp([claim], record))).toMatchObject([submit(1)]);
      expect(next(givenUp([claim], record, record))).toMatchObject({
        tasks: [],
        waits: [{ on: 'operator', reason: expect.stringContaining('batchmill resolve') }],
      });
    }
  });

  test('placing what nobody has claimed: it is withdrawn without the submitter, whatever else is given up', () => {
    const record = quarantined('requests-built', { attempt: 1, part: 0, submission: 1 });
    const accounting = quarantined('results-stored', { attempt: 1 });
    expect(tasks(givenUp([part([])], record))).toEqual([submit(1)]);
    for (const records of [
      [record, record],
      [accounting, record],
    ]) {
      const answer = next(givenUp([part([]), settled], ...records));
      expect(answer).toMatchObject({ kind: 'open', tasks: [], withdraw: [{ shard: 0, part: 0, submission: 1 }] });
    }
  });
});
