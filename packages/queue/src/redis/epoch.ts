import type { RedisCommands } from './commands.ts';

/** A key that says "this Redis has not been lost since": missing, the pools must be refilled before anything is submitted. */
export type Epoch = {
  get(): Promise<string | null>;
  set(value: string): Promise<void>;
  /** As if Redis had been lost. */
  clear(): Promise<void>;
};

export const epoch = (redis: RedisCommands): Epoch => ({
  get: async () => (await redis.command('GET', redis.key('epoch'))) as string | null,
  clear: async () => void (await redis.command('DEL', redis.key('epoch'))),
  set: async (value) => void (await redis.command('SET', redis.key('epoch'), value)),
});
