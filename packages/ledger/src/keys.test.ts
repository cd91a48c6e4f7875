import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { keys, parseShardKey, prefixes } from './keys.ts';

const shard = { tenant: 'default', job: 'abcdefghijklmnop', run: 3, shard: 12 };
const relative = (key: string): string => {
  expect(key.startsWith(prefixes.shard(shard))).toBe(true);
  return key.slice(prefixes.shard(shard).length);
};
const SUBMISSION_RECORDS = ['file', 'intent', 'batch', 'refused', 'fenced', 'ended', 'cancelSent'] as const;

test('every key below a shard is understood as what it was made for', () => {
  fc.assert(
    fc.property(
      fc.record({
        stage: fc.integer({ min: 0, max: 999 }).map((n) => String(n).padStart(3, '0')),
        attempt: fc.integer({ min: 1, max: 99 }),
        part: fc.nat(10_000),
        submission: fc.integer({ min: 1, max: 10_000 }),
      }),
      fc.constantFrom(...SUBMISSION_RECORDS),
      ({ stage, attempt, part, submission }, name) => {
        const ref = { ...shard, stage, attempt, part, submission };
        const record = name === 'cancelSent' ? 'cancel-sent' : name;
        expect(parseShardKey(relative(keys[name](ref).key))).toEqual({
          kind: 'submission',
          stage,
          attempt,
          part,
          submission,
          record,
        });
        expect(parseShardKey(relative(keys.results(ref).key))).toEqual({ kind: 'results', stage, attempt, part });
        expect(parseShardKey(relative(keys.plan(ref).key))).toEqual({ kind: 'plan', stage, attempt });
        expect(parseShardKey(relative(keys.outcomes(ref).key))).toEqual({ kind: 'outcomes', stage, attempt });
        expect(parseShardKey(relative(keys.closed(shard, stage).key))).toEqual({ kind: 'closed', stage });
      },
    ),
  );
});

test('a key nobody knows is none', () => {
  for (const key of [
    '',
    '001',
    '001/a1',
    '001/a1/other.json',
    '1/closed.json',
    '001/a1/p0/t1/file.json.bak',
    'x/001/closed.json',
  ]) {
    expect(parseShardKey(key)).toBeNull();
  }
});

test('shard 1 does not see the keys of shard 12', () => {
  expect(prefixes.shard(shard).startsWith(prefixes.shard({ ...shard, shard: 1 }))).toBe(false);
});

test('the longest of our keys fits into the grammar of the store', () => {
  const ref = {
    tenant: 'a'.repeat(40),
    job: 'b'.repeat(20),
    run: 99,
    shard: 99_999,
    stage: '999',
    attempt: 20,
    part: 9999,
    submission: 9999,
  };
  expect(keys.cancelSent(ref).key.length).toBeLessThanOrEqual(200);
});
