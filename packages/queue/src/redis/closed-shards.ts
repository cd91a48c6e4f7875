import type { RunRef, ShardRef } from '@batchmill/contracts';
import type { RedisCommands } from './commands.ts';
import { defineScript } from './script.ts';

/** The closed shards of a run: when they are as many as the run has, it is worth asking the ledger. */
export type ClosedShards = {
  /** How many are closed, this one included. */
  add(shard: ShardRef): Promise<number>;
  size(run: RunRef): Promise<number>;
  clear(run: RunRef): Promise<void>;
};

export const closedShards = (redis: RedisCommands): ClosedShards => {
  const key = (run: RunRef): string => redis.key('closed', run.tenant, run.job, run.run);
  return {
    add: async (shard) => Number(await redis.run(ADD, [key(shard)], [shard.shard])),
    size: async (run) => Number(await redis.command('SCARD', key(run))),
    clear: async (run) => void (await redis.command('DEL', key(run))),
  };
};

const ADD = defineScript(`
  redis.call('SADD', KEYS[1], ARGV[1])
  return redis.call('SCARD', KEYS[1])
`);
