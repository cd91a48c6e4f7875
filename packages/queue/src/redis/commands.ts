import type { Redis } from 'ioredis';
import { withinDeadline } from '../errors.ts';
import type { Script } from './script.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions.ts';

type Argument = string | number;

/** Redis for the small structures beside the queues: plain commands, scripts, messages. Every call has a deadline. */
export type RedisCommands = {
  /** Name of a key in our part of Redis; all of ours are in one slot of a cluster. */
  key(...parts: Argument[]): string;
  command(name: string, ...values: Argument[]): Promise<unknown>;
  run(script: Script, keys: string[], values: Argument[]): Promise<unknown>;
  /** Calls `listener` for each message on the channel until the returned function is called. Messages may be lost. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
};

export type ManagedCommands = RedisCommands & { close(): void };

export const createRedisCommands = (client: Redis, prefix: string, timeoutMs: number): ManagedCommands => {
  let subscriptions: Subscriptions | undefined;
  const run = async (script: Script, keys: string[], values: Argument[]): Promise<unknown> => {
    try {
      return await client.evalsha(script.sha1, keys.length, ...keys, ...values);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(script.lua, keys.length, ...keys, ...values);
    }
  };
  return {
    key: (...parts) => [prefix, ...parts].join(':'),
    command: (name, ...values) => withinDeadline(client.call(name, ...values), timeoutMs, name),
    run: (script, keys, values) => withinDeadline(run(script, keys, values), timeoutMs, 'a script'),
    subscribe: (channel, listener) => {
      subscriptions ??= createSubscriptions(client.duplicate({ maxRetriesPerRequest: null }), timeoutMs);
      return subscriptions.add(channel, listener);
    },
    close: () => subscriptions?.close(),
  };
};
