import type { RedisCommands } from './commands.ts';
import { defineScript } from './script.ts';

export type TokenPool = { account: string; model: string };

/** `too-large`: more than the whole limit, in an empty pool. It holds the pool alone; the provider has the last word. */
export type PoolAnswer = 'reserved' | 'full' | 'too-large';

/**
 * A provider's limit on enqueued tokens, per account and model: which submission holds how many, and who stands in line for
 * room. A hash and never a counter, so that doing a thing twice changes nothing.
 */
export type TokenPools = {
  /**
   * `limit` null: no limit is known, everything fits. What a submission holds already it keeps. Where the pool is `full` it
   * stands in line; the line is a hint: whoever stands in it has to look again by himself in the end.
   */
  reserve(pool: TokenPool, submission: string, tokens: number, limit: number | null): Promise<PoolAnswer>;
  /**
   * Gives back what the submission holds, or its place in the line. Answers who is to look again: the longest in line, as
   * many as fit into what has become free, and one at least. They have left the line.
   */
  release(pool: TokenPool, submission: string, tokens: number): Promise<string[]>;
  clear(pool: TokenPool): Promise<void>;
  holdings(pool: TokenPool): Promise<Map<string, number>>;
};

export const tokenPools = (redis: RedisCommands): TokenPools => {
  const key = ({ account, model }: TokenPool): string => redis.key('pool', account, model);
  const line = ({ account, model }: TokenPool): string => redis.key('pool-line', account, model);
  const place = (submission: string, tokens: number): string => `${submission}|${tokens}`;
  return {
    reserve: async (pool, submission, tokens, limit) =>
      (await redis.run(
        RESERVE,
        [key(pool), line(pool)],
        [submission, tokens, limit ?? -1, place(submission, tokens)],
      )) as PoolAnswer,
    release: async (pool, submission, tokens) =>
      (await redis.run(RELEASE, [key(pool), line(pool)], [submission, place(submission, tokens)])) as string[],
    clear: async (pool) => void (await redis.command('DEL', key(pool), line(pool))),
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
  local tokens, limit, place = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
  if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 'reserved' end
  local held = 0
  for _, value in ipairs(redis.call('HVALS', KEYS[1])) do held = held + tonumber(value) end
  local fits = limit < 0 or held + tokens <= limit
  if not fits and held > 0 then
    redis.call('ZADD', KEYS[2], 'NX', redis.call('TIME')[1], place)
    return 'full'
  end
  redis.call('HSET', KEYS[1], ARGV[1], tokens)
  redis.call('ZREM', KEYS[2], place)
  return fits and 'reserved' or 'too-large'
`);

const RELEASE = defineScript(`
  redis.call('ZREM', KEYS[2], ARGV[2])
  local held = redis.call('HGET', KEYS[1], ARGV[1])
  if not held then return {} end
  redis.call('HDEL', KEYS[1], ARGV[1])
  local room, next = tonumber(held), {}
  for _, place in ipairs(redis.call('ZRANGE', KEYS[2], 0, 99)) do
    local submission, tokens = string.match(place, '^(.*)|(%d+)$')
    room = room - tonumber(tokens)
    if room < 0 and #next > 0 then break end
    redis.call('ZREM', KEYS[2], place)
    next[#next + 1] = submission
  end
  return next
`);
