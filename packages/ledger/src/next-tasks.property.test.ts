import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cancelRequested,
  batchEnded,
  REFUSAL_KINDS,
  requestsBuilt,
  resultsStored,
  rowsReady,
  runLive,
} from '@batchmill/contracts';
import type { QuarantinedRecord } from '@batchmill/contracts';
import type { Control } from './control.ts';
import { Bitmap } from './bitmap.ts';
import { nextTasks } from './next-tasks.ts';
import type { Next, Task } from './next-tasks.ts';
import { givenUpOfPart, isGivenUp } from './quarantined.ts';
import type { AttemptFacts, PartFacts, ShardFacts, SubmissionFacts } from './shard-facts.ts';
import {
  attemptWith,
  base,
  batch,
  cancelSent,
  closedRecord,
  ended,
  fenced,
  file,
  intent,
  NOW_MS,
  outcomesBody,
  part,
  quarantined,
  refused,
  results,
  settings,
  shardIn,
  withdrawn,
} from './testing/facts.ts';

const bits = fc.array(fc.nat(12), { maxLength: 6 }).map((positions) => {
  const bitmap = new Bitmap();
  for (const position of positions) bitmap.add(position);
  return bitmap.encode();
});

const endOf = fc.oneof(
  fc.constantFrom('completed' as const, 'expired' as const, 'cancelled' as const).map((state) => ended(state)),
  fc
    .record({
      failure: fc.constantFrom('pool-full' as const, 'bad-lines' as const, 'fenced' as const, 'other' as const),
      badLines: bits,
      outputFileId: fc.option(fc.constant('file-o'), { freq: 4 }),
    })
    .map((extra) => ended('failed', extra)),
);

/** Any set of records a submission may have left, also sets that should not come about. */
const submission: fc.Arbitrary<Omit<SubmissionFacts, 'number'>> = fc.record(
  {
    file: fc.constant(file()),
    intent: fc.constantFrom(intent, intent, { ...intent, alone: true }, withdrawn),
    batch: fc.constant(batch),
    refused: fc
      .record({ kind: fc.constantFrom(...REFUSAL_KINDS), ms: fc.nat(1e6), limit: fc.option(fc.constantFrom(50, 200)) })
      .map(({ kind, ms, limit }) => ({ ...refused(kind, ms), ...(limit === null ? {} : { limitTokens: limit }) })),
    fenced: fc.constant(fenced),
    ended: endOf,
    cancelSent: fc.constant(cancelSent),
  },
  { requiredKeys: [] },
);

const anyPart: fc.Arbitrary<PartFacts> = fc
  .record({ submissions: fc.array(submission, { maxLength: 5 }), stored: fc.boolean() })
  .map(({ submissions, stored }) => part(submissions, stored ? { results } : {}));

const anyAttempt = (attempt: number): fc.Arbitrary<AttemptFacts> =>
  fc
    .record({
      parts: fc.array(anyPart, { maxLength: 4 }),
      planned: fc.boolean(),
      again: fc.option(fc.nat(3), { freq: 2 }),
    })
    .map(({ parts, planned, again }) => ({
      ...(planned ? attemptWith(...parts) : { parts: [] }),
      attempt,
      ...(planned && again !== null ? { outcomes: { ...base, ...outcomesBody(10, again) } } : {}),
    }));

const QUEUES = {
  build: rowsReady.name,
  'run-live': runLive.name,
  transform: 'transform-ready',
  submit: requestsBuilt.name,
  cancel: cancelRequested.name,
  retrieve: batchEnded.name,
  account: resultsStored.name,
};

const giveUps: fc.Arbitrary<QuarantinedRecord[]> = fc.array(
  fc
    .record({
      queue: fc.constantFrom(...Object.values(QUEUES)),
      attempt: fc.integer({ min: 1, max: 4 }),
      part: fc.nat(4),
      submission: fc.integer({ min: 1, max: 6 }),
    })
    .map(({ queue, ...place }) => quarantined(queue, place)),
  { maxLength: 4 },
);

/** What the parts of an attempt know of their shard being given up. */
const told = (attempt: AttemptFacts, records: QuarantinedRecord[]): AttemptFacts => ({
  ...attempt,
  parts: attempt.parts.map((one) => {
    const givenUp = givenUpOfPart(records, { stage: '001', attempt: attempt.attempt, part: one.part });
    return givenUp === undefined ? one : { ...one, givenUp };
  }),
});

const anyShard: fc.Arbitrary<ShardFacts> = fc
  .record({
    attempts: fc.tuple(anyAttempt(1), anyAttempt(2), anyAttempt(3)),
    count: fc.nat(3),
    rows: fc.nat(3),
    records: fc.oneof(fc.constant<QuarantinedRecord[]>([]), giveUps),
  })
  .map(({ attempts, count, rows, records }) =>
    shardIn(
      attempts.slice(0, count).map((attempt) => told(attempt, records)),
      { closed: [{ stage: '000', record: closedRecord(rows) }], quarantined: records },
    ),
  );

/** Whether a task asks for work that is never to be tried again; of placing the first record gives up only new claims. */
const isNeverAgain = ({ quarantined: records }: ShardFacts, task: Task): boolean =>
  isGivenUp(task.kind === 'submit' ? records.slice(1) : records, { ...task, queue: QUEUES[task.kind] });

const control: fc.Arbitrary<Control> = fc.record({ paused: fc.boolean(), cancelled: fc.boolean() });
const now = fc.integer({ min: NOW_MS, max: NOW_MS + 10_000_000 });

test('R4 from any facts: nothing is paid twice, nothing is built twice, and something is always next', () => {
  fc.assert(
    fc.property(anyShard, control, now, (facts, said, nowMs) => {
      const next = nextTasks(facts, said, nowMs, settings);
      if (next.kind !== 'open') return;
      const last = facts.current?.attempts.at(-1);
      expect(next.tasks.length + next.waits.length + (next.withdraw?.length ?? 0)).toBeGreaterThan(0);
      for (const task of next.tasks) {
        expect(isNeverAgain(facts, task)).toBe(false);
        if (task.kind === 'cancel' && !said.cancelled) {
          // only what came of a claim given up: a batch that runs is waited for
          expect(task.submission).not.toBe(last?.parts[task.part]?.submissions.at(-1)?.number);
        }
        if (task.kind === 'build') {
          expect(said.cancelled).toBe(false);
          expect(facts.quarantined).toEqual([]);
          expect(facts.current?.attempts.find(({ attempt }) => attempt === task.attempt)?.plan).toBeUndefined();
        }
        if (task.kind === 'submit') {
          expect(task.attempt).toBe(last?.attempt);
          const { submissions, results: stored } = last?.parts[task.part] ?? part([]);
          expect(stored).toBeUndefined();
          const newest = submissions.at(-1);
          // nothing is placed beside a batch that runs, and never under a number that is used up
          expect(newest?.batch !== undefined && newest.ended === undefined).toBe(false);
          expect(task.submission).toBeGreaterThanOrEqual(newest?.number ?? 1);
          if (task.submission === newest?.number) expect(newest.batch ?? newest.ended).toBeUndefined();
          if (task.submission !== newest?.number) {
            expect(task.submission).toBe((newest?.number ?? 0) + 1);
            const isOver = newest === undefined || newest.ended !== undefined || newest.refused !== undefined;
            expect(isOver).toBe(true);
          }
          // a pause keeps new claims from being made
          if (said.paused && !said.cancelled && facts.quarantined.length === 0) expect(newest?.intent).toBeDefined();
        }
        if (task.kind === 'retrieve') expect(last?.parts[task.part]?.results).toBeUndefined();
      }
    }),
    { numRuns: 2000 },
  );
});

test('R4 a shard whose every wait is over and whose user says nothing always has a task', () => {
  fc.assert(
    fc.property(anyShard, (facts) => {
      const next = nextTasks(facts, { paused: false, cancelled: false }, NOW_MS + 1e9, settings);
      if (next.kind !== 'open' || next.tasks.length > 0 || next.withdraw !== undefined) return;
      expect(next.waits.every(({ on }) => on === 'batch' || on === 'operator')).toBe(true);
      const asksOwner = next.waits.some(({ on }) => on === 'operator');
      // claims that nobody can resolve but the owner: only where resolving was given up
      if (asksOwner) expect(facts.quarantined.slice(1).some(({ queue }) => queue === requestsBuilt.name)).toBe(true);
      else expect(next.openBatches.length).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});

/** The first task fails for good, in the way a number says; without a task there is nothing to fail. */
const giveUp = (facts: ShardFacts, { tasks }: Extract<Next, { kind: 'open' }>, choice: number): ShardFacts => {
  const task = tasks[choice % Math.max(1, tasks.length)];
  if (task === undefined) return facts;
  const { kind, stage: _stage, ...place } = task;
  const records = [...facts.quarantined, quarantined(QUEUES[kind], place)];
  return shardIn(
    (facts.current?.attempts ?? []).map((attempt) => told(attempt, records)),
    { quarantined: records },
  );
};

/** Plays the workers: each task leaves one record that such a worker may leave. */
const play = (facts: ShardFacts, said: Control, choices: number[], giveUpAt: number | undefined): ShardFacts => {
  const next = nextTasks(facts, said, NOW_MS + 1e9, settings);
  if (next.kind !== 'open') return { ...facts, shardClosed: true };
  if (giveUpAt !== undefined) return giveUp(facts, next, giveUpAt);
  const isStopped = said.cancelled || facts.quarantined.length > 0;
  const attempts = structuredClone(facts.current?.attempts ?? []);
  const choose = (count: number): number => (choices.pop() ?? 0) % count;
  for (const { ref } of next.openBatches) {
    const one = attempts.at(-1)?.parts[ref.part]?.submissions.find(({ number }) => number === ref.submission);
    const states = [ended('completed'), ended('expired'), ended('failed', { failure: 'pool-full' })];
    if (one !== undefined) one.ended = states[choices.length === 0 ? 0 : choose(3)] ?? ended('completed');
  }
  for (const task of next.tasks) {
    const attempt = 'attempt' in task ? attempts.find((one) => one.attempt === task.attempt) : undefined;
    if (task.kind === 'build') attempts.push({ ...attemptWith(part([]), part([])), attempt: task.attempt });
    if (task.kind === 'retrieve') Object.assign(attempt?.parts[task.part] ?? {}, { results });
    if (task.kind === 'submit') {
      const submissions = attempt?.parts[task.part]?.submissions ?? [];
      let one = submissions.find(({ number }) => number === task.submission);
      if (one === undefined) submissions.push((one = { number: task.submission }));
      if (one.intent === undefined) Object.assign(one, { file: file(), intent: isStopped ? withdrawn : intent });
      else if (one.fenced !== undefined) one.refused = refused('fenced');
      else
        Object.assign(
          one,
          [{ batch }, { refused: refused('rate-limited') }, { fenced }][choices.length === 0 ? 0 : choose(3)],
        );
    }
    if (task.kind === 'account') {
      const again = choices.length > 0 && !isStopped ? choose(2) : 0;
      if (attempt === undefined) {
        attempts.push({
          attempt: task.attempt,
          plan: { ...base, rows: 0, asked: 0, parts: [] },
          parts: [],
          outcomes: { ...base, ...outcomesBody(10, 0) },
        });
      } else if (attempt.outcomes === undefined) attempt.outcomes = { ...base, ...outcomesBody(10, again) };
      else return { ...facts, shardClosed: true };
    }
  }
  for (const { part: number, submission } of next.withdraw ?? []) {
    attempts.at(-1)?.parts[number]?.submissions.push({ number: submission, intent: withdrawn });
  }
  for (const one of next.waits.some(({ on }) => on === 'operator') ? (attempts.at(-1)?.parts ?? []) : []) {
    const last = one.submissions.at(-1);
    if (last?.intent !== undefined && last.batch === undefined) last.refused ??= refused('fenced');
  }
  return shardIn(
    attempts.map((attempt) => told(attempt, facts.quarantined)),
    { quarantined: facts.quarantined },
  );
};

test('R4 whatever the provider answers, whatever is given up, and whenever the user cancels, the shard comes to its end', () => {
  const givenUp = fc.dictionary(fc.nat(60).map(String), fc.nat(5), { maxKeys: 4 });
  fc.assert(
    fc.property(fc.array(fc.nat(100), { maxLength: 40 }), fc.nat(60), givenUp, (choices, cancelAt, giveUpAt) => {
      let facts = shardIn([]);
      const left = [...choices];
      for (let step = 0; step < 250 && !facts.shardClosed; step += 1) {
        facts = play(facts, { paused: false, cancelled: step >= cancelAt }, left, giveUpAt[step]);
      }
      expect(facts.shardClosed).toBe(true);
    }),
    { numRuns: 600 },
  );
});
