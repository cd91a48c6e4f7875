import { PermanentError } from '@batchmill/contracts';
import type { Attention } from '@batchmill/flow';
import { done } from '@batchmill/queue';
import { expect, test } from 'vitest';
import { tellTrouble } from './tell-trouble.ts';

const work = { tenant: 'default', job: 'zjob', run: 1, shard: 0 };

const stage = () => {
  const told = new Map<string, string>();
  let clears = 0;
  const attention: Attention = {
    raise: async (job, place, reason) => void told.set(`${job} ${place}`, `waits: ${reason}`),
    trouble: async (job, place, reason) => void told.set(`${job} ${place}`, reason),
    clear: async (job, place) => {
      clears += 1;
      told.delete(`${job} ${place}`);
    },
    of: async () => null,
  };
  let error: Error | null = null;
  const handler = tellTrouble<object>(attention, 'rows-ready', async () => {
    if (error !== null) throw error;
    return done;
  });
  return {
    told,
    clears: () => clears,
    fail: (next: Error | null) => (error = next),
    run: (attempt: number, payload: object = work, signal = new AbortController().signal) =>
      handler(payload, { attempt, signal, crashes: 0 }).catch((thrown: unknown) => thrown),
  };
};

test('work that fails again and again is told, and taken back once it succeeds', async () => {
  const { told, fail, run, clears } = stage();
  const failure = new Error('boom.');
  fail(failure);
  expect(await run(1)).toBe(failure);
  expect(await run(2)).toBe(failure);
  expect(told.size).toBe(0);
  expect(await run(3)).toBe(failure);
  expect(Object.fromEntries(told)).toEqual({ 'zjob rows-ready': 'boom; it is tried again and again' });
  fail(null);
  expect(await run(4)).toBe(done);
  expect(told.size).toBe(0);
  await run(1);
  expect(clears()).toBe(1);
});

test('a full disk waits for the owner, however deep the error says so', async () => {
  const { told, fail, run } = stage();
  const cause = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  fail(new Error('The disk is full.', { cause }));
  await run(3);
  expect([...told.values()]).toEqual(['waits: The disk is full.']);
});

test('nothing is told of work that is given up or handed back, or that belongs to no job', async () => {
  const { told, fail, run } = stage();
  fail(new PermanentError('x', 'never again'));
  await run(3);
  fail(new Error('boom'));
  await run(3, work, AbortSignal.abort());
  await run(3, { account: 'a' });
  expect(told.size).toBe(0);
});
