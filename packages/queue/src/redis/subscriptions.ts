import type { Redis } from 'ioredis';
import { withinDeadline } from '../errors.ts';

export type Subscriptions = {
  add(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
  close(): void;
};

/** Listeners per channel over one connection, which can do nothing else once it has subscribed. */
export const createSubscriptions = (client: Redis, timeoutMs: number): Subscriptions => {
  const listeners = new Map<string, Set<(message: string) => void>>();
  client.on('error', () => undefined); // It reconnects and subscribes again by itself.
  client.on('message', (channel, message) => {
    for (const listener of listeners.get(channel) ?? []) listener(message);
  });
  return {
    add: async (channel, listener) => {
      const existing = listeners.get(channel);
      const own = existing ?? new Set();
      listeners.set(channel, own.add(listener));
      if (existing === undefined) await withinDeadline(client.subscribe(channel), timeoutMs, 'subscribe');
      return async () => {
        own.delete(listener);
        if (own.size > 0 || listeners.get(channel) !== own) return;
        listeners.delete(channel);
        await withinDeadline(client.unsubscribe(channel), timeoutMs, 'unsubscribe');
      };
    },
    close: () => client.disconnect(),
  };
};
