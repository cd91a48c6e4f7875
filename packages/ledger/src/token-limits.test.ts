import type { IntentRecord } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import { nextOfPart } from './next-of-part.ts';
import type { PartFacts, SubmissionFacts } from './shard-facts.ts';
import {
  attemptWith,
  batch,
  ended,
  file,
  intent,
  NOW_MS,
  part,
  partPlan,
  refused,
  running,
  settings,
} from './testing/facts.ts';
import { estimatedCostOf } from './progress.ts';
import { learnedLimits, recutOf } from './token-limits.ts';

const next = (facts: PartFacts) => nextOfPart(facts, running, NOW_MS, settings);
const plan = partPlan();
const alone: IntentRecord = { ...intent, alone: true };
const tooLarge = (limitTokens: number, cutTokens = limitTokens) => ({
  ...intent,
  fileId: null,
  withdrawn: true,
  because: 'too-large' as const,
  recut: { limitTokens, cutTokens },
});

/** No room for it: said at once, or by a batch that fails. */
const full = (limitTokens: number | undefined, claim = alone): Omit<SubmissionFacts, 'number'>[] => {
  const named = limitTokens === undefined ? {} : { limitTokens };
  return [
    { file: file(), intent: claim, refused: { ...refused('pool-full'), ...named } },
    { file: file(), intent: claim, batch, ended: ended('failed', { failure: 'pool-full', ...named }) },
  ];
};
const single = { plan: { ...plan, requests: { ...plan.requests, lines: 1 } } };

describe('what a stage has learned', () => {
  test('is the lowest limit that was named for the same provider and model', () => {
    const other = { ...plan, model: 'other' };
    const facts = attemptWith(
      ...full(500).map((one) => part([one])),
      part(full(90), { plan: other }),
      part([{ intent: tooLarge(400, 150) }]),
    );
    expect(learnedLimits([facts], plan)).toEqual({ limitTokens: 400, cutTokens: 150 });
    expect(learnedLimits([facts], other)).toEqual({ limitTokens: 90, cutTokens: 90 });
    expect(learnedLimits([attemptWith(part(full(undefined)))], plan)).toEqual({ limitTokens: null, cutTokens: null });
  });
});

describe('a part of 100 tokens', () => {
  test('is cut anew where the limit is lower, and may be placed where it is not', () => {
    expect(recutOf(part([]), 99)).toEqual({ limitTokens: 99, cutTokens: 99 });
    expect(recutOf(part([]), 100)).toBeNull();
    expect(recutOf(part([]), null)).toBeNull();
  });

  test('without room although nothing else of ours waits has more tokens than we know: it is halved', () => {
    for (const one of full(120)) expect(recutOf(part([one]), 120)).toEqual({ limitTokens: 120, cutTokens: 50 });
  });

  test('without room beside others of ours, or far below the limit, or without a limit named, waits', () => {
    for (const one of full(120, intent)) expect(recutOf(part([one]), 120)).toBeNull();
    for (const one of full(400)) expect(recutOf(part([one]), 400)).toBeNull();
    for (const one of full(undefined)) expect(recutOf(part([one]), null)).toBeNull();
  });

  test('above the limit the provider names is placed again at once, to be withdrawn', () => {
    for (const one of [...full(60), ...full(120)]) {
      expect(next(part([one]))).toEqual({ settled: false, submit: { submission: 2, notBeforeMs: NOW_MS } });
    }
    for (const one of full(120, intent)) expect(next(part([one]))).toMatchObject({ wait: { on: 'pool' } });
  });

  test('that was withdrawn as too large is settled', () => {
    expect(next(part([{ intent: tooLarge(60) }]))).toEqual({ settled: true });
  });

  test('counts for the estimate until it is cut anew', () => {
    expect(estimatedCostOf([part([]), part([])])).toBe(2);
    expect(estimatedCostOf([part([]), part([{ intent: tooLarge(60) }])])).toBe(1);
  });
});

describe('a single request', () => {
  const often = (times: number, limit: number, claim = alone): PartFacts =>
    part(
      Array.from({ length: times }, () => full(limit, claim)[0] ?? {}),
      single,
    );

  test('for which there is never room, though nothing else of ours waits, is not asked for ever', () => {
    expect(next(often(settings.maxRefusalsAlone - 1, 120))).toMatchObject({ settled: false, wait: { on: 'pool' } });
    expect(next(often(settings.maxRefusalsAlone, 120))).toEqual({ settled: false, retrieve: true });
  });

  test('waits without an end for what others have waiting', () => {
    expect(next(often(40, 120, intent))).toMatchObject({ wait: { on: 'pool' } });
    expect(next(often(40, 4000))).toMatchObject({ wait: { on: 'pool' } });
  });
});
