import type { ChatAnswer, RateLimits } from '@batchmill/providers';
import { vi } from 'vitest';
import { createAccountGate } from '../account-gate.ts';

export type World = {
  /** What the provider lets in, and how many it saves up. */
  requestsPerSecond: number;
  burst: number;
  latencyMs: number;
  /** On the way there and back, at most. */
  networkMs?: number;
  tellsRate?: boolean;
  retryAfterMs?: number | undefined;
  /** Requests under way at once, at most. */
  limit: number;
  requests: number;
};

export type Seen = {
  seconds: number;
  /** Of the requests that the provider would have let in, those that came. */
  share: number;
  refused: number;
  insideWindows: number;
  mostUnderWay: number;
};

/** Sends requests through a gate to a provider with a rate limit, in time that passes at once. */
export const sendAll = async (world: World): Promise<Seen> => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
  try {
    return await withFakeTime(world);
  } finally {
    vi.useRealTimers();
  }
};

const withFakeTime = async (world: World): Promise<Seen> => {
  const { requestsPerSecond, burst, latencyMs, networkMs = 0, tellsRate = true, retryAfterMs } = world;
  const random = seeded(7);
  const now = (): number => performance.now();
  const gate = createAccountGate({ limit: world.limit, monotonicMs: now, random });
  const seen = { refused: 0, insideWindows: 0, mostUnderWay: 0 };
  let [left, atMs, closedUntilMs, underWay] = [burst, now(), 0, 0];
  const refill = (): void => {
    left = Math.min(burst, left + ((now() - atMs) / 1000) * requestsPerSecond);
    atMs = now();
  };
  const limits = (): RateLimits => {
    refill();
    const resetMs = Math.ceil(((burst - left) / requestsPerSecond) * 1000);
    return tellsRate ? { requests: { limit: burst, remaining: Math.floor(left), resetMs } } : {};
  };

  const exchange = async (): Promise<ChatAnswer> => {
    await sleep(networkMs * random());
    refill();
    if (now() < closedUntilMs || left < 1) {
      seen.refused += 1;
      if (now() < closedUntilMs && now() > closedUntilMs - (retryAfterMs ?? 0) + 2 * networkMs) seen.insideWindows += 1;
      closedUntilMs = Math.max(closedUntilMs, now() + (retryAfterMs ?? 0));
      await sleep(networkMs * random());
      const refusal = { kind: 'passing', reason: 'rate-limited', message: '', line: '', limits: {} } as const;
      return retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs };
    }
    left -= 1;
    await sleep(latencyMs * (0.7 + 0.6 * random()));
    const told = limits();
    await sleep(networkMs * random());
    return { kind: 'answered', line: '', limits: told };
  };

  const stay = new AbortController().signal;
  const ask = async (): Promise<void> => {
    for (let again = false; ; again = true) {
      const pass = await gate.enter({ model: 'm', tokens: 1 }, { again, signal: stay });
      underWay += 1;
      seen.mostUnderWay = Math.max(seen.mostUnderWay, underWay);
      const answer = await exchange();
      underWay -= 1;
      gate.leave(pass, answer);
      if (answer.kind === 'answered') return;
    }
  };

  const startedMs = now();
  const all = Promise.all(Array.from({ length: world.requests }, ask)).then(() => true);
  while (!(await Promise.race([all, vi.advanceTimersByTimeAsync(20).then(() => false)])));
  const seconds = (now() - startedMs) / 1000;
  return { ...seen, seconds, share: world.requests / (burst + seconds * requestsPerSecond) };
};

/** Of node:timers/promises the timers are not faked. */
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
};
