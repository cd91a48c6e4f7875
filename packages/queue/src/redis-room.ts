import { setTimeout as delay } from 'node:timers/promises';
import { isRedisFull } from './errors.ts';
import type { RedisCommands } from './redis/commands.ts';

const PROBE_MS = 500;

/** Whether Redis takes writes. Full, it refuses them all; what is in it cannot even be worked off then. */
export type RedisRoom = {
  /** Tell it every error: after one of a full Redis it is taken for full. */
  noticed(error: unknown): void;
  /** At once unless Redis was full when last heard of; then as soon as it takes a write: true. Aborted, it is false. */
  becomesWritable(signal: AbortSignal): Promise<boolean>;
};

export const redisRoom = (redis: RedisCommands): RedisRoom => {
  let isFull = false;
  const probe = async (): Promise<void> => {
    try {
      await redis.command('SET', redis.key('room'), '1', 'PX', PROBE_MS);
      isFull = false;
    } catch {
      // full, or gone: not now
    }
  };
  return {
    noticed: (error) => {
      if (isRedisFull(error)) isFull = true;
    },
    becomesWritable: async (signal) => {
      const wasFull = isFull;
      while (isFull && !signal.aborted) {
        await delay(PROBE_MS, undefined, { signal }).catch(() => undefined);
        if (isFull && !signal.aborted) await probe();
      }
      return wasFull && !isFull;
    },
  };
};

/** How full Redis is: used memory by its `maxmemory`; 0 where it has no limit or does not tell. */
export const redisFill = async (redis: RedisCommands): Promise<number> => {
  const info = String(await redis.command('INFO', 'memory').catch(() => ''));
  const numberOf = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const limit = numberOf('maxmemory');
  // buffers of replicas and of the append-only file are not counted against the limit
  return limit === 0 ? 0 : (numberOf('used_memory') - numberOf('mem_not_counted_for_evict')) / limit;
};
