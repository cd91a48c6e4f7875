import type { RedisCommands } from './commands.ts';
import { defineScript } from './script.ts';
import { numbersOf } from './token-pools.ts';

/**
 * What a job has spent or reserved, by entry (one per submission), in millionths of a US dollar. An entry is replaced and
 * never added to, so that doing a thing twice changes nothing.
 */
export type Budgets = {
  /** false: it would go over the limit. An entry that exists is kept as it is and gives true. */
  reserve(job: string, entry: string, micros: number, limitMicros: number | null): Promise<boolean>;
  /** What it really cost; 0 for a submission the provider has not taken. */
  settle(job: string, entry: string, micros: number): Promise<void>;
  total(job: string): Promise<number>;
  entries(job: string): Promise<Map<string, number>>;
  clear(job: string): Promise<void>;
};

export const budgets = (redis: RedisCommands): Budgets => {
  const key = (job: string): string => redis.key('budget', job);
  const entries = async (job: string): Promise<Map<string, number>> =>
    numbersOf((await redis.command('HGETALL', key(job))) as string[]);
  return {
    reserve: async (job, entry, micros, limitMicros) =>
      (await redis.run(RESERVE, [key(job)], [entry, micros, limitMicros ?? -1])) === 1,
    settle: async (job, entry, micros) => void (await redis.command('HSET', key(job), entry, micros)),
    total: async (job) => [...(await entries(job)).values()].reduce((sum, micros) => sum + micros, 0),
    entries,
    clear: async (job) => void (await redis.command('DEL', key(job))),
  };
};

const RESERVE = defineScript(`
  if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 1 end
  local limit = tonumber(ARGV[3])
  if limit >= 0 then
    local total = tonumber(ARGV[2])
    for _, value in ipairs(redis.call('HVALS', KEYS[1])) do total = total + tonumber(value) end
    if total > limit then return 0 end
  end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  return 1
`);
