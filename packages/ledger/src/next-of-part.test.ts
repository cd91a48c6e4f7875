import { describe, expect, test } from 'vitest';
import { REFUSAL_KINDS } from '@batchmill/contracts';
import type { RefusalKind } from '@batchmill/contracts';
import { Bitmap } from './bitmap.ts';
import { nextOfPart } from './next-of-part.ts';
import type { NextOfPart } from './next-of-part.ts';
import {
  batch,
  cancelled,
  cancelSent,
  ended,
  fenced,
  file,
  intent,
  NOW_MS,
  part,
  paused,
  refused,
  results,
  running,
  settings,
  withdrawn,
} from './testing/facts.ts';
import type { PartFacts } from './shard-facts.ts';

const next = (facts: PartFacts, control = running, nowMs = NOW_MS): NextOfPart =>
  nextOfPart(facts, control, nowMs, settings);

const bitmap = (...positions: number[]): string => {
  const bits = new Bitmap();
  for (const position of positions) bits.add(position);
  return bits.encode();
};
const badLines = (...positions: number[]) => ended('failed', { failure: 'bad-lines', badLines: bitmap(...positions) });

const claimed = { file: file(), intent };
const inBatch = { ...claimed, batch };

describe('before a claim', () => {
  test('a part without a submission is placed as the first', () => {
    expect(next(part([]))).toEqual({ settled: false, submit: { submission: 1 } });
  });

  test('a file alone is claimed under the same number', () => {
    expect(next(part([{ file: file() }]))).toEqual({ settled: false, submit: { submission: 1 } });
  });

  test('a pause keeps it from being placed, and waits for the user', () => {
    for (const facts of [part([]), part([{ file: file() }]), part([{ ...claimed, refused: refused('pool-full') }])]) {
      expect(next(facts, paused)).toEqual({ settled: false, wait: { on: 'pause', until: null } });
    }
  });

  test('a cancel sends it to be withdrawn at once, whatever it waits for', () => {
    expect(next(part([]), cancelled)).toEqual({ settled: false, submit: { submission: 1 } });
    const waiting = part([{ ...claimed, refused: refused('pool-full', 60_000) }]);
    expect(next(waiting, cancelled)).toEqual({ settled: false, submit: { submission: 2 } });
    expect(next(part([{ file: file() }, { intent: withdrawn }]), cancelled)).toEqual({ settled: true });
  });
});

describe('after a claim', () => {
  test.each([running, paused, cancelled])('without an answer it is resolved under its own number: %o', (control) => {
    const { settled, submit } = next(part([claimed]), control);
    expect({ settled, submit }).toEqual({ settled: false, submit: { submission: 1 } });
  });

  test.each([running, paused, cancelled])('a fence is looked at again once it must have held: %o', (control) => {
    const until = NOW_MS + settings.settleMs;
    expect(next(part([{ ...claimed, fenced }]), control)).toEqual({
      settled: false,
      submit: { submission: 1, notBeforeMs: until },
      wait: { on: 'fence', until },
    });
  });

  test('a claim that came to nothing behind its fence begins the next number at once', () => {
    expect(next(part([{ ...claimed, fenced, refused: refused('fenced') }]))).toEqual({
      settled: false,
      submit: { submission: 2 },
    });
  });

  test('a batch that came after its claim was given up is waited for before the next number begins', () => {
    const late = { ...inBatch, fenced, refused: refused('fenced') };
    expect(next(part([late]))).toEqual({ settled: false, wait: { on: 'batch', until: null } });
    const failed = { ...late, ended: ended('failed', { failure: 'fenced' }) };
    expect(next(part([failed])).submit?.submission).toBe(2);
  });
});

describe('while a batch runs', () => {
  test('nothing is done but waiting, paused or not', () => {
    for (const control of [running, paused]) {
      expect(next(part([inBatch]), control)).toEqual({ settled: false, wait: { on: 'batch', until: null } });
    }
  });

  test('a cancel is told to the provider once', () => {
    expect(next(part([inBatch]), cancelled)).toMatchObject({ settled: false, cancel: 1 });
    expect(next(part([{ ...inBatch, cancelSent }]), cancelled)).not.toHaveProperty('cancel');
  });
});

describe('after the end of a batch', () => {
  test.each(['completed', 'expired', 'cancelled'] as const)('%s: its files are fetched', (state) => {
    for (const control of [running, paused, cancelled]) {
      expect(next(part([{ ...inBatch, ended: ended(state) }]), control)).toEqual({ settled: false, retrieve: true });
    }
  });

  test('a failed batch with a file is fetched all the same', () => {
    for (const files of [{ outputFileId: 'file-o' }, { errorFileId: 'file-e' }]) {
      const facts = part([{ ...inBatch, ended: ended('failed', { failure: 'other', ...files }) }]);
      expect(next(facts)).toEqual({ settled: false, retrieve: true });
    }
  });

  test('a full pool is tried again later, without an end to the tries', () => {
    const one = { ...inBatch, ended: ended('failed', { failure: 'pool-full' }) };
    const until = NOW_MS + settings.backoffMs;
    expect(next(part([one]))).toEqual({
      settled: false,
      submit: { submission: 2, notBeforeMs: until },
      wait: { on: 'pool', until },
    });
    const often = part(Array.from({ length: 40 }, () => one));
    expect(next(often).submit).toEqual({ submission: 41, notBeforeMs: NOW_MS + settings.maxBackoffMs });
    expect(next(often, running, NOW_MS + settings.maxBackoffMs)).not.toHaveProperty('wait');
  });

  test('bad lines are left out at once; if no line is good, the rows are accounted', () => {
    expect(next(part([{ ...inBatch, ended: badLines(0, 3) }])).submit?.submission).toBe(2);
    const allBad = badLines(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(next(part([{ ...inBatch, ended: allBad }]))).toEqual({ settled: false, retrieve: true });
    const restIsBad = { file: file(2), intent, batch, ended: badLines(0, 1) };
    expect(next(part([{ ...inBatch, ended: badLines(0) }, restIsBad]))).toEqual({ settled: false, retrieve: true });
  });

  test('bad lines that are none of the file do not send the same file for ever', () => {
    const nowhere = { ...inBatch, ended: badLines(4000) };
    expect(next(part([nowhere]))).toMatchObject({ submit: { submission: 2 }, wait: { on: 'pool' } });
    expect(next(part([nowhere, nowhere, nowhere]))).toEqual({ settled: false, retrieve: true });
  });

  test('an unexplained failure is tried again, and given up after the allowed number', () => {
    const one = { ...inBatch, ended: ended('failed', { failure: 'other' }) };
    expect(next(part([one]))).toMatchObject({ submit: { submission: 2 }, wait: { on: 'pool' } });
    expect(next(part([one, one, one]))).toEqual({ settled: false, retrieve: true });
  });

  test('a file that is gone though nobody fenced it counts as unexplained', () => {
    const gone = { ...inBatch, ended: ended('failed', { failure: 'fenced' }) };
    expect(next(part([gone]))).toMatchObject({ submit: { submission: 2 }, wait: { on: 'pool' } });
    expect(next(part([gone, gone, gone]))).toEqual({ settled: false, retrieve: true });
    const refusedSo = { ...claimed, refused: refused('fenced') };
    expect(next(part([refusedSo]))).toMatchObject({ submit: { submission: 2 }, wait: { on: 'pool' } });
    expect(next(part([refusedSo, refusedSo, refusedSo]))).toEqual({ settled: false, retrieve: true });
  });

  test('results end the part, whatever else stands there', () => {
    for (const control of [running, paused, cancelled]) {
      expect(next(part([{ ...inBatch, ended: ended('completed') }], { results }), control)).toEqual({ settled: true });
    }
  });
});

describe('after a refusal', () => {
  const waits: [RefusalKind, 'pool' | 'operator'][] = [
    ['pool-full', 'pool'],
    ['rate-limited', 'pool'],
    ['not-reached', 'pool'],
    ['other', 'pool'],
    ['unauthorized', 'operator'],
    ['no-credit', 'operator'],
  ];
  test.each(waits)('%s: the next submission waits (%s)', (kind, on) => {
    const until = NOW_MS + settings.backoffMs;
    expect(next(part([{ ...claimed, refused: refused(kind) }]))).toEqual({
      settled: false,
      submit: { submission: 2, notBeforeMs: until },
      wait: { on, until, ...(on === 'operator' ? { reason: `refused: ${kind}` } : {}) },
    });
  });

  test('the provider may ask for more patience', () => {
    const facts = part([{ ...claimed, refused: refused('rate-limited', 90_000) }]);
    expect(next(facts).submit?.notBeforeMs).toBe(NOW_MS + 90_000);
  });

  test('bad input is not sent again', () => {
    expect(next(part([{ ...claimed, refused: refused('bad-input') }]))).toEqual({ settled: false, retrieve: true });
  });

  test('a refusal without a known reason ends after the allowed number; failures of batches count with it', () => {
    const one = { ...claimed, refused: refused('other') };
    const failed = { ...inBatch, ended: ended('failed', { failure: 'other' }) };
    expect(next(part([one, failed])).submit?.submission).toBe(3);
    expect(next(part([one, failed, one]))).toEqual({ settled: false, retrieve: true });
    const passing = { ...claimed, refused: refused('rate-limited') };
    expect(next(part([one, failed, passing, passing])).submit?.submission).toBe(5);
  });

  test('every kind of refusal leads on', () => {
    for (const kind of REFUSAL_KINDS) {
      const { settled, submit, retrieve } = next(part([{ ...claimed, refused: refused(kind) }]));
      expect(settled || submit !== undefined || retrieve === true).toBe(true);
    }
  });
});
