import type { ChatAnswer } from '@batchmill/providers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAccountGate } from './account-gate.ts';
import type { AccountGate, Pass } from './account-gate.ts';
import { sendAll } from './testing/rate-limited-world.ts';
import type { World } from './testing/rate-limited-world.ts';

const LOAD = { model: 'm', tokens: 10 };
const answered: ChatAnswer = { kind: 'answered', line: '', limits: {} };
const refused = (retryAfterMs?: number): ChatAnswer => ({
  ...{ kind: 'passing', reason: 'rate-limited', message: '', line: '', limits: {} },
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe('R23 a gate', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  const open = (limit: number): AccountGate =>
    createAccountGate({ limit, monotonicMs: () => performance.now(), random: () => 1 });
  /** Those that have been let in, in order of their coming. */
  const enterAll = (gate: AccountGate, names: string[], again = false): { name: string; pass: Pass }[] => {
    const inside: { name: string; pass: Pass }[] = [];
    const signal = new AbortController().signal;
    for (const name of names) void gate.enter(LOAD, { again, signal }).then((pass) => inside.push({ name, pass }));
    return inside;
  };
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

  test('lets in as many as the limit, and one more for each that leaves', async () => {
    const gate = open(2);
    const inside = enterAll(gate, ['a', 'b', 'c']);
    await settle();
    expect(inside.map(({ name }) => name)).toEqual(['a', 'b']);
    gate.leave(inside[0]?.pass as Pass, null);
    await settle();
    expect(inside.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(gate.underWay).toBe(2);
  });

  test('begins with few, and with each answer lets in one more', async () => {
    const gate = open(100);
    const inside = enterAll(
      gate,
      Array.from({ length: 50 }, (_, n) => String(n)),
    );
    await settle();
    expect(inside).toHaveLength(8);
    for (const { pass } of inside.slice(0, 8)) gate.leave(pass, answered);
    await settle();
    expect(gate.underWay).toBe(16);
  });

  test('sends those again first that were sent before', async () => {
    const gate = open(1);
    const inside = enterAll(gate, ['first']);
    await settle();
    const fresh = enterAll(gate, ['fresh']);
    const again = enterAll(gate, ['again'], true);
    gate.leave(inside[0]?.pass as Pass, answered);
    await settle();
    expect([fresh.length, again.length]).toEqual([0, 1]);
  });

  test('lets nobody in before a Retry-After is over, whoever got it', async () => {
    const gate = open(4);
    const inside = enterAll(gate, ['a', 'b']);
    await settle();
    gate.leave(inside[0]?.pass as Pass, refused(2000));
    gate.leave(inside[1]?.pass as Pass, refused(500));
    const later = enterAll(gate, ['c', 'd']);
    await settle(1999);
    expect(later).toHaveLength(0);
    await settle(50);
    expect(later.length).toBeGreaterThan(0);
  });

  test('without a Retry-After waits longer after each refusal, until an answer', async () => {
    const gate = open(1);
    const waits: number[] = [];
    for (const answer of [refused(), refused(), refused(), answered, refused(), answered]) {
      const startMs = performance.now();
      const inside = enterAll(gate, ['x']);
      await settle();
      while (inside.length === 0) await settle(10);
      waits.push(Math.round((performance.now() - startMs) / 100) * 100);
      gate.leave(inside[0]?.pass as Pass, answer);
    }
    expect(waits).toEqual([0, 500, 1000, 2000, 0, 500]);
  });

  test('forgets who gives up waiting, and tells them why', async () => {
    const gate = open(1);
    enterAll(gate, ['a']);
    const controller = new AbortController();
    const waiting = gate.enter(LOAD, { again: false, signal: controller.signal });
    const enough = new Error('enough');
    controller.abort(enough);
    await expect(waiting).rejects.toBe(enough);
    expect(gate.underWay).toBe(1);
  });

  test('waits for tokens to come back, where the provider tells that they are used up', async () => {
    const gate = open(8);
    const inside = enterAll(gate, ['a']);
    await settle();
    const tokens = { limit: 1000, remaining: 5, resetMs: 10_000 };
    gate.leave(inside[0]?.pass as Pass, { ...answered, limits: { tokens } });
    const later = enterAll(gate, ['b']);
    await settle(50);
    expect(later).toHaveLength(0);
    await settle(1000);
    expect(later).toHaveLength(1);
  });
});

describe('R23 at least 90 % of what the provider allows is used, no window is broken, the limit holds', () => {
  const usual: World = {
    ...{ requestsPerSecond: 200, burst: 200, latencyMs: 50, networkMs: 2, retryAfterMs: 1000 },
    ...{ limit: 32, requests: 4000 },
  };
  test.each<[string, Partial<World>]>([
    ['where it tells what is left', {}],
    ['where it tells nothing, and only refuses', { tellsRate: false }],
    ['where it saves up little', { burst: 20 }],
    ['where its limit is one of many seconds', { burst: 3000, requests: 8000 }],
    ['where it names no Retry-After', { retryAfterMs: undefined, tellsRate: false }],
    ['where answers take long', { latencyMs: 2000, requestsPerSecond: 5, burst: 5, requests: 500 }],
    ['where the network is uneven', { networkMs: 30 }],
  ])('%s', async (_name, changes) => {
    const world = { ...usual, ...changes };
    const { share, insideWindows, mostUnderWay } = await sendAll(world);
    expect(share).toBeGreaterThan(0.9);
    expect(insideWindows).toBe(0);
    expect(mostUnderWay).toBeLessThanOrEqual(world.limit);
  });

  test('and where it has no limit, as many are under way as may be', async () => {
    const { seconds } = await sendAll({ ...usual, requestsPerSecond: 1e6, burst: 1e6 });
    const fastest = (usual.requests * usual.latencyMs) / 1000 / usual.limit;
    expect(fastest / seconds).toBeGreaterThan(0.9);
  });
});
