import type { Random } from './random.ts';

/** Prompt tokens of one request by our own estimate. */
export const TOKENS_PER_ROW = 10;

/** How many prompt tokens may wait at the provider; null = no limit. */
export type Limits = { configured: number | null; enforced: number | null };

export type TokenLimits = {
  atFirst: Limits;
  later: Limits;
  changeAtMs: number;
  /** What the provider counts for one request. */
  countedPerRow: number;
};

/** Often there is no limit, or the one we know; else ours is missing or wrong, sinks, or counts something else. */
export const drawTokenLimits = (random: Random): TokenLimits => {
  const none = { configured: null, enforced: null };
  const draw = (): Limits => {
    const enforced = random.pick([null, 60, 30, 20, 10, 5]);
    return { enforced, configured: random.pick([null, 60, enforced]) };
  };
  const atFirst = random.chance(0.5) ? none : draw();
  return {
    atFirst,
    later: random.chance(0.6) ? atFirst : draw(),
    changeAtMs: random.between(0, 300_000),
    countedPerRow: random.chance(0.7) ? TOKENS_PER_ROW : TOKENS_PER_ROW * 1.5,
  };
};

/** The limits at a moment since the start of a schedule. */
export const limitsAt = ({ atFirst, later, changeAtMs }: TokenLimits, sinceStartMs: number): Limits =>
  sinceStartMs < changeAtMs ? atFirst : later;
