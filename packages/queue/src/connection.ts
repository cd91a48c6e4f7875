import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

/** Where Redis is: `redis://…` or `rediss://…`, a unix socket, or a host and port. */
export type QueueConnection = { url: string } | { path: string } | { host: string; port: number };

/** Reconnecting: quickly at first, then twice a second, without end. */
const retryStrategy = (times: number): number => Math.min(times * 50, 500);

/** For producers and plain commands: a command gives up after about ten seconds of a lost connection. */
export const openClient = (connection: QueueConnection): Redis => {
  const options: RedisOptions = { retryStrategy, maxRetriesPerRequest: 20 };
  return 'url' in connection ? new Redis(connection.url, options) : new Redis({ ...connection, ...options });
};

/** For BullMQ workers, which make their own connections and must never give up a blocking read. */
export const workerConnection = (connection: QueueConnection) => ({
  ...connection,
  retryStrategy,
  maxRetriesPerRequest: null,
});
