import type { RunRef, ShardRef } from '@batchmill/contracts';
import type { RedisCommands } from './commands.ts';
import { defineScript } from './script.ts';

export type Counts = Record<string, number>;

/**
 * How far a run is: per shard and stage the counts as they are now, with totals beside them. A shard's counts replace its
 * last ones, so that reporting twice changes nothing. Only a view: the ledger knows better.
 */
export type Progress = {
  set(shard: ShardRef, stage: string, counts: Counts): Promise<void>;
  totals(run: RunRef): Promise<Record<string, Counts>>;
  clear(run: RunRef): Promise<void>;
  /** Calls `listener` after each change of the job's counts. Returns the function that ends it. */
  subscribe(job: { tenant: string; job: string }, listener: () => void): Promise<() => Promise<void>>;
  /** Tells the listeners of a change that is no count: a new state, a control, an output. */
  announce(job: { tenant: string; job: string }): Promise<void>;
};

export const progress = (redis: RedisCommands): Progress => {
  const shardsKey = (run: RunRef): string => redis.key('progress', run.tenant, run.job, run.run, 'shards');
  const totalsKey = (run: RunRef): string => redis.key('progress', run.tenant, run.job, run.run, 'totals');
  const channel = (job: { tenant: string; job: string }): string => redis.key('changed', job.tenant, job.job);
  return {
    set: async (shard, stage, counts) =>
      void (await redis.run(
        REPLACE,
        [shardsKey(shard), totalsKey(shard), channel(shard)],
        [`${stage}/${shard.shard}`, stage, JSON.stringify(counts)],
      )),
    totals: async (run) => {
      const flat = (await redis.command('HGETALL', totalsKey(run))) as string[];
      const totals: Record<string, Counts> = {};
      for (let i = 0; i + 1 < flat.length; i += 2) {
        const [stage = '', name = ''] = (flat[i] ?? '').split('/', 2);
        (totals[stage] ??= {})[name] = Number(flat[i + 1]);
      }
      return totals;
    },
    clear: async (run) => void (await redis.command('DEL', shardsKey(run), totalsKey(run))),
    subscribe: (job, listener) => redis.subscribe(channel(job), listener),
    announce: async (job) => void (await redis.command('PUBLISH', channel(job), '')),
  };
};

const REPLACE = defineScript(`
  local before = redis.call('HGET', KEYS[1], ARGV[1])
  if before == ARGV[3] then return end
  local differences = cjson.decode(ARGV[3])
  if before then
    for name, count in pairs(cjson.decode(before)) do
      differences[name] = (differences[name] or 0) - count
    end
  end
  for name, difference in pairs(differences) do
    if difference ~= 0 then redis.call('HINCRBYFLOAT', KEYS[2], ARGV[2] .. '/' .. name, difference) end
  end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('PUBLISH', KEYS[3], '')
`);
