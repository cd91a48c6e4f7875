import type { ChunkRecord } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import { Bitmap } from './bitmap.ts';
import { keys } from './keys.ts';
import { liveCountsOf, settledLines } from './live-part.ts';
import { nextTasks } from './next-tasks.ts';
import { progressOf } from './progress.ts';
import { tellNext } from './shard-story-next.ts';
import {
  attemptWith,
  cancelled,
  chunk,
  generateStage,
  livePart,
  NOW_MS,
  outcomesBody,
  paused,
  results,
  running,
  settings,
  shardIn,
  shardRef,
} from './testing/facts.ts';
import { closeStage, pipeline, row, temporaryLedger } from './testing/temporary-ledger.ts';

const ref = { ...shardRef, stage: '001', attempt: 1, part: 0 };
const counts = (...chunks: ChunkRecord[]) => liveCountsOf(chunks, 10);

describe('what comes next for a live part', () => {
  const next = (part: Parameters<typeof attemptWith>[0], control = running) =>
    nextTasks(shardIn([attemptWith(part)]), control, NOW_MS, settings);
  const runLive = { kind: 'run-live', stage: '001', attempt: 1, part: 0 };

  test('is that its rows are asked, however far they are', () => {
    expect(next(livePart())).toMatchObject({ kind: 'open', tasks: [runLive], waits: [] });
    expect(next(livePart([chunk(), chunk({ settled: [0, 1] })]))).toMatchObject({ tasks: [runLive] });
  });

  test('is nothing while the run is paused', () => {
    expect(next(livePart([chunk()]), paused)).toMatchObject({ tasks: [], waits: [{ on: 'pause', until: null }] });
  });

  test('is that the runner ends it, once the run is cancelled, paused or not', () => {
    expect(next(livePart(), cancelled)).toMatchObject({ tasks: [runLive] });
    expect(next(livePart(), { paused: true, cancelled: true })).toMatchObject({ tasks: [runLive] });
  });

  test('is the accounting, when it has results', () => {
    expect(next({ ...livePart([chunk()]), results })).toMatchObject({
      tasks: [{ kind: 'account', stage: '001', attempt: 1 }],
    });
  });

  test('is told in words', () => {
    const facts = shardIn([attemptWith(livePart())]);
    expect(tellNext(next(livePart()), facts, running)).toEqual([
      `${facts.current?.stage.step}: the rows of attempt 1 are asked live`,
    ]);
  });
});

test('lines that any checkpoint settles are settled', () => {
  const settled = settledLines([chunk(), chunk({ settled: [0, 3] }), chunk({ settled: [9] })]);
  expect([...settled.positions()]).toEqual([0, 3, 9]);
  expect(settledLines(undefined).size).toBe(0);
});

describe('requests sent again', () => {
  test('are those of every checkpoint, by reason', () => {
    expect(counts(chunk({ retried: { timeout: 1 } }), chunk({ retried: { timeout: 2, connection: 1 } }))).toEqual({
      retried: { timeout: 3, connection: 1 },
      repeated: 0,
    });
  });

  test('after a sitting that ended in order are none', () => {
    expect(counts(chunk({ mayRepeat: 0 }), chunk({ sitting: 'b', mayRepeat: 4 })).repeated).toBe(0);
  });

  test('after a killed sitting are at most what it allowed for, and never more than was open', () => {
    const first = chunk({ mayRepeat: 4 });
    expect(counts(first, chunk({ sitting: 'b' })).repeated).toBe(4);
    const nearlyDone = chunk({ mayRepeat: 4, settled: [0, 1, 2, 3, 4, 5, 6] });
    expect(counts(nearlyDone, chunk({ sitting: 'b' })).repeated).toBe(3);
    expect(counts(first, chunk({ sitting: 'b', mayRepeat: 2 }), chunk({ sitting: 'c' })).repeated).toBe(6);
  });
});

test('checkpoints are facts of their part, in order, and rows on their way are shown', async () => {
  await using folder = await temporaryLedger();
  const { ledger } = folder;
  const stage = generateStage('001');
  const { plan } = livePart();
  await folder.addJob(pipeline({ stages: [stage] }));
  await closeStage(
    ledger,
    shardRef,
    '000',
    ['0', '1', '2'].map((id) => row(id)),
  );
  await ledger.write(keys.plan(ref), { rows: 3, asked: 3, parts: [plan] });
  for (let number = 1; number <= 11; number += 1) {
    const settled = number === 2 ? [0] : number === 11 ? [2] : [];
    await ledger.write(keys.chunk(ref, number), chunk({ settled, mayRepeat: 12 - number }));
  }
  const facts = await ledger.shardFacts(shardRef, [stage]);
  const chunks = facts.current?.attempts[0]?.parts[0]?.chunks ?? [];
  expect(chunks.map(({ mayRepeat }) => mayRepeat)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(progressOf(facts)['001']).toMatchObject({ entering: 3, answered: 2 });

  await ledger.write(keys.results(ref), results);
  await ledger.write(keys.outcomes(ref), { ...outcomesBody(3, 0) });
  const accounted = progressOf(await ledger.shardFacts(shardRef, [stage]))['001'];
  expect(accounted).toMatchObject({ ok: 3 });
  expect(accounted).not.toHaveProperty('answered');
});

test('its story names who asked, and what was sent again', async () => {
  await using folder = await temporaryLedger();
  const { ledger } = folder;
  const blob = await ledger.writeLines(shardRef, 'output', [{}, {}]);
  await ledger.write(keys.plan(ref), { rows: 2, asked: 2, parts: [livePart().plan] });
  await ledger.write(keys.chunk(ref, 1), chunk({ mayRepeat: 2 }));
  await ledger.write(keys.chunk(ref, 2), { ...chunk({ mayRepeat: 2, settled: [0] }), output: blob });
  await ledger.write(keys.chunk(ref, 3), chunk({ mayRepeat: 2, sitting: 'b' }));
  const live = { retried: { timeout: 3 }, repeated: 1 };
  await ledger.write(keys.results(ref), { ...results, output: blob, live });
  expect((await ledger.story(shardRef)).map(({ text }) => text.replace('attempt 1: ', ''))).toEqual([
    '2 requests made, to be asked live',
    'w asks live',
    'w asks live, on from the last checkpoint',
    'answered: an output file of 2 lines and no error file; requests sent again: 3 timeout, at most 1 after a kill',
  ]);
});

test('a bitmap gives its positions in order', () => {
  const bits = new Bitmap();
  for (const position of [9, 0, 17]) bits.add(position);
  expect([...bits.positions()]).toEqual([0, 9, 17]);
});
