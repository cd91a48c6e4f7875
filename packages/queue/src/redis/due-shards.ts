import type { ShardRef } from '@batchmill/contracts';
import { shardRefSchema } from '@batchmill/contracts';
import type { RedisCommands } from './commands.ts';

/** When each open shard must be looked at again, if nothing has happened to it by then. */
export type DueShards = {
  set(shard: ShardRef, atMs: number): Promise<void>;
  remove(shard: ShardRef): Promise<void>;
  /** Longest overdue first. */
  overdue(nowMs: number, limit: number): Promise<ShardRef[]>;
};

export const dueShards = (redis: RedisCommands): DueShards => {
  const key = redis.key('due');
  return {
    set: async (shard, atMs) => void (await redis.command('ZADD', key, atMs, memberOf(shard))),
    remove: async (shard) => void (await redis.command('ZREM', key, memberOf(shard))),
    overdue: async (nowMs, limit) => {
      const members = (await redis.command('ZRANGEBYSCORE', key, '-inf', nowMs, 'LIMIT', 0, limit)) as string[];
      return members.map(shardOf);
    },
  };
};

const memberOf = ({ tenant, job, run, shard }: ShardRef): string => JSON.stringify([tenant, job, run, shard]);

const shardOf = (member: string): ShardRef => {
  const [tenant, job, run, shard] = JSON.parse(member) as unknown[];
  return shardRefSchema.parse({ tenant, job, run, shard });
};
