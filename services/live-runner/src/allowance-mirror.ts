import type { Allowance } from '@batchmill/providers';

/** What is probably left of one limit of the provider, kept up to date between its answers. */
export type AllowanceMirror = {
  /** Whether the provider tells its limit, so that refusals are the exception. */
  readonly isTold: boolean;
  /** How long a request of so much has to wait (ms) in order not to be refused; 0 where nothing is known. */
  waitMs(nowMs: number, amount: number): number;
  sent(nowMs: number, amount: number): void;
  /** A request has ended, which was sent then; what its answer tells, if it tells anything. */
  ended(nowMs: number, request: { sentAtMs: number; amount: number }, allowance: Allowance | undefined): void;
  /** A request was refused: nothing is left, and nothing comes back before `fromMs`. */
  empty(fromMs: number): void;
};

/**
 * Kept back, in requests, since they do not arrive exactly as they were sent: more after each refusal, and slowly less
 * again. It costs nothing but the first of them: what comes back is used as it comes.
 */
const FIRST_RESERVE = 2;
const LARGEST_RESERVE_SHARE = 0.5;
const RESERVE_DECAY = 0.9998;
/** That there is more than we think, and not by what is on its way, is believed as slowly as this share of the rate. */
const BELIEF = 0.25;
/** The rate is told best by an allowance that is used up: how much such an answer counts. */
const LEARNING = 0.5;

/** The limit is taken for a bucket that fills up evenly, as the provider's reset times tell. */
export const createAllowanceMirror = (): AllowanceMirror => {
  let limit = Number.POSITIVE_INFINITY;
  let unitsPerMs: number | undefined;
  let level: number | undefined;
  let reserve = FIRST_RESERVE;
  let underWay = 0;
  let atMs = 0;
  let emptyFromMs = 0;
  let toldAtMs = 0;
  const refill = (nowMs: number): void => {
    if (nowMs <= atMs) return;
    if (level !== undefined) level = Math.min(limit, level + (nowMs - atMs) * (unitsPerMs ?? 0));
    atMs = nowMs;
  };
  const learnRate = ({ remaining, resetMs }: Allowance): void => {
    const used = limit - remaining;
    if (used <= 0 || resetMs <= 0) return;
    const share = unitsPerMs === undefined ? 1 : (used / limit) ** 2 * LEARNING;
    unitsPerMs = (unitsPerMs ?? 0) * (1 - share) + (used / resetMs) * share;
  };
  const learnLevel = (nowMs: number, remaining: number): void => {
    // of what is under way nobody knows whether the provider has counted it
    const least = remaining - underWay;
    const believed = level === undefined ? least : level + (nowMs - toldAtMs) * (unitsPerMs ?? 0) * BELIEF;
    level = Math.min(remaining, Math.max(least, believed));
    toldAtMs = nowMs;
  };
  return {
    get isTold() {
      return unitsPerMs !== undefined;
    },
    waitMs: (nowMs, amount) => {
      refill(nowMs);
      if (unitsPerMs === undefined || level === undefined) return 0;
      // what is larger than the whole limit is for the provider to refuse
      const wanted = Math.min(amount + Math.min(reserve * amount, limit * LARGEST_RESERVE_SHARE), limit);
      return level >= wanted ? 0 : Math.max(atMs - nowMs, 0) + (wanted - level) / unitsPerMs;
    },
    sent: (nowMs, amount) => {
      refill(nowMs);
      underWay += amount;
      if (level !== undefined) level -= amount;
    },
    ended: (nowMs, { sentAtMs, amount }, allowance) => {
      refill(nowMs);
      underWay -= amount;
      // what was left before a refusal says nothing of what is left after it
      if (allowance === undefined || sentAtMs < emptyFromMs) return;
      ({ limit } = allowance);
      learnRate(allowance);
      learnLevel(nowMs, allowance.remaining);
      reserve = Math.max(FIRST_RESERVE, reserve * RESERVE_DECAY);
    },
    empty: (fromMs) => {
      level = Math.min(level ?? 0, 0);
      atMs = Math.max(atMs, fromMs);
      emptyFromMs = fromMs;
      reserve = Math.min(reserve * 2, limit);
    },
  };
};
