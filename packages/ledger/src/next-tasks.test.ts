import { describe, expect, test } from 'vitest';
import { nextTasks } from './next-tasks.ts';
import type { Next } from './next-tasks.ts';
import type { ShardFacts } from './shard-facts.ts';
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
  generateStage,
  intent,
  NOW_MS,
  outcomesBody,
  part,
  paused,
  refused,
  results,
  running,
  settings,
  shardIn,
  withdrawn,
} from './testing/facts.ts';

const next = (facts: ShardFacts, control = running): Next => nextTasks(facts, control, NOW_MS, settings);
const tasks = (facts: ShardFacts, control = running): unknown[] => {
  const answer = next(facts, control);
  return answer.kind === 'open' ? answer.tasks : [answer];
};

const stage = '001';
const account = (attempt: number) => ({ kind: 'account', stage, attempt });
const build = (attempt: number) => ({ kind: 'build', stage, attempt });
const done = (rows: number, again: number) => ({ ...base, ...outcomesBody(rows, again) });

describe('a shard as a whole', () => {
  test('that ingest has not reached needs nothing', () => {
    expect(next(shardIn([], { closed: [] }))).toEqual({ kind: 'open', tasks: [], waits: [], openBatches: [] });
  });

  test('that is closed stays closed', () => {
    expect(next(shardIn([], { shardClosed: true }))).toEqual({ kind: 'closed' });
  });

  test('without rows left is closed where they ended', () => {
    const facts = shardIn([], { closed: [{ stage: '000', record: closedRecord(0) }] });
    expect(next(facts)).toEqual({ kind: 'close', lastStage: '000', rows: 0, quarantined: false });
  });

  test('is closed after its last stage', () => {
    const { current: _current, ...facts } = shardIn([], {
      closed: [
        { stage: '000', record: closedRecord(10) },
        { stage: '001', record: closedRecord(8) },
        { stage: '002', record: closedRecord(7) },
      ],
    });
    expect(next(facts)).toEqual({ kind: 'close', lastStage: '002', rows: 7, quarantined: false });
  });

  test('of a retry begins behind the record that took its rows over', () => {
    const facts = shardIn([], {
      closed: [{ stage: '001', record: closedRecord(3, { takenOver: true }) }],
      current: { stage: generateStage('002'), attempts: [] },
    });
    expect(tasks(facts)).toEqual([{ kind: 'build', stage: '002', attempt: 1 }]);
  });

  test.each([running, paused, cancelled])('in a transform is transformed, %o', (control) => {
    const transform = {
      kind: 'transform' as const,
      number: '001',
      step: 't',
      transform: { name: 'derive', options: {} },
    };
    expect(tasks(shardIn([], { current: { stage: transform, attempts: [] } }), control)).toEqual([
      { kind: 'transform', stage },
    ]);
  });
});

describe('attempts', () => {
  test('the first is built, paused or not; once cancelled it is accounted instead', () => {
    expect(tasks(shardIn([]))).toEqual([build(1)]);
    expect(tasks(shardIn([]), paused)).toEqual([build(1)]);
    expect(tasks(shardIn([]), cancelled)).toEqual([account(1)]);
  });

  test('a plan without parts is accounted', () => {
    expect(tasks(shardIn([attemptWith()]))).toEqual([account(1)]);
    const taken = { attempt: 1, plan: { ...base, rows: 0, asked: 0, parts: [], withdrawn: true }, parts: [] };
    expect(tasks(shardIn([taken]), cancelled)).toEqual([account(1)]);
  });

  test('rows that are asked again make the next attempt, and none once cancelled', () => {
    const first = { ...attemptWith(part([], { results })), outcomes: done(10, 2) };
    expect(tasks(shardIn([first]))).toEqual([build(2)]);
    expect(tasks(shardIn([first]), cancelled)).toEqual([account(2)]);
  });

  test('without rows to ask again the stage is closed by the post-processor', () => {
    expect(tasks(shardIn([{ ...attemptWith(part([], { results })), outcomes: done(10, 0) }]))).toEqual([account(1)]);
  });

  test('only the newest counts', () => {
    const first = { ...attemptWith(part([], { results })), outcomes: done(10, 2) };
    const second = { ...attemptWith(part([])), attempt: 2 };
    expect(tasks(shardIn([first, second]))).toEqual([{ kind: 'submit', stage, attempt: 2, part: 0, submission: 1 }]);
  });
});

describe('parts', () => {
  const settled = part([{ file: file(), intent, batch, ended: ended('completed') }], { results });
  const open = part([{ file: file(), intent, batch }]);
  const place = { stage, attempt: 1, part: 1 };

  test('each goes its own way; the attempt is accounted only when all are settled', () => {
    expect(tasks(shardIn([attemptWith(settled, part([]), open)]))).toEqual([
      { kind: 'submit', ...place, submission: 1 },
    ]);
    const endedPart = part([{ file: file(), intent, batch, ended: ended('expired') }]);
    expect(tasks(shardIn([attemptWith(settled, endedPart)]))).toEqual([{ kind: 'retrieve', ...place }]);
    expect(tasks(shardIn([attemptWith(settled, settled)]))).toEqual([account(1)]);
    expect(tasks(shardIn([attemptWith(settled, part([{ intent: withdrawn }]))]), cancelled)).toEqual([account(1)]);
  });

  test('open batches are named with what they hold of the pool', () => {
    const answer = next(shardIn([attemptWith(settled, open)]));
    expect(answer).toMatchObject({
      waits: [{ on: 'batch', until: null }],
      openBatches: [{ ref: { shard: 0, ...place, submission: 1 }, batchId: 'batch-1', estimatedTokens: 100 }],
    });
  });

  test('a batch that runs is cancelled at the provider, other parts are withdrawn', () => {
    expect(tasks(shardIn([attemptWith(part([]), open)]), cancelled)).toEqual([
      { kind: 'submit', stage, attempt: 1, part: 0, submission: 1 },
      { kind: 'cancel', ...place, submission: 1 },
    ]);
  });

  test('a batch that came of a claim given up is watched and cancelled, also when the part is settled', () => {
    const late = { file: file(), intent, fenced, refused: refused('fenced'), batch: { ...batch, batchId: 'late' } };
    const second = { file: file(), intent, batch, ended: ended('completed') };
    for (const facts of [part([late, second]), part([late, second], { results })]) {
      const answer = next(shardIn([attemptWith(facts)]));
      expect(answer).toMatchObject({ openBatches: [{ batchId: 'late', ref: { submission: 1 } }] });
      expect(tasks(shardIn([attemptWith(facts)]))).toContainEqual({ kind: 'cancel', ...place, part: 0, submission: 1 });
    }
    const told = part([{ ...late, cancelSent }, second], { results });
    expect(tasks(shardIn([attemptWith(told)]))).toEqual([account(1)]);
  });
});
