import type { RedisCommands } from './commands.ts';
import { defineScript } from './script.ts';

export type TokenPool = { account: string; model: string };

/** `too-large`: more than the whole limit, in an empty pool. It holds the pool alone; the provider has the last word. */
export type PoolAnswer = 'reserved' | 'full' | 'too-large';

/**
 * A provider's limit on enqueued tokens, per account and model: which submission holds how many. A hash and never a
 * counter, so that doing a thing twice changes nothing.
 */
export type TokenPools = {
  /** `limit` null: no limit is known, everything fits. What a submission holds already it keeps. */
  reserve(pool: TokenPool, submission: string, tokens: number, limit: number | null): Promise<PoolAnswer>;
  release(pool: TokenPool, submission: string): Promise<void>;
  clear(pool: TokenPool): Promise<void>;
  holdings(pool: TokenPool): Promise<Map<string, number>>;
};

export const tokenPools = (redis: RedisCommands): TokenPools => {
  const key = ({ account, model }: TokenPool): string => redis.key('pool', account, model);
  return {
    reserve: async (pool, submission, tokens, limit) =>
      (await redis.run(RESERVE, [key(pool)], [submission, tokens, limit ?? -1])) as PoolAnswer,
    release: async (pool, submission) => void (await redis.command('HDEL', key(pool), submission)),
    clear: async (pool) => void (await redis.command('DEL', key(pool))),
    holdings: async (pool) => numbersOf((await redis.command('HGETALL', key(pool))) as string[]),
  };
};

/** HGETALL's flat answer as a map of numbers. */
export const numbersOf = (flat: string[]): Map<string, number> => {
  const numbers = new Map<string, number>();
  for (let i = 0; i + 1 < flat.length; i += 2) numbers.set(flat[i] ?? '', Number(flat[i + 1]));
  return numbers;
};

const RESERVE = defineScript(`
  local tokens, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
  if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 'reserved' end
  local held = 0
  for _, value in ipairs(redis.call('HVALS', KEYS[1])) do held = held + tonumber(value) end
  local fits = limit < 0 or held + tokens <= limit
  if not fits and held > 0 then return 'full' end
  redis.call('HSET', KEYS[1], ARGV[1], tokens)
  return fits and 'reserved' or 'too-large'
`);
