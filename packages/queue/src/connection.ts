import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

/** Where Redis is: `redis://…` or `rediss://…`, a unix socket, or a host and port. */
export type QueueConnection = { url: string } | { path: string } | { host: string; port: number };

/*
 * A connection that has owed us an answer for `silenceMs` is given up and made anew: TCP itself notices a lost network only
 * after a quarter of an hour.
 */

/** Longer than any blocking read of BullMQ: 10 s, and 1 s of its own watch over it. */
const WORKER_SILENCE_MS = 12_000;

/** Reconnecting: quickly at first, then twice a second, without end. */
const retryStrategy = (times: number): number => Math.min(times * 50, 500);

/** For producers and plain commands: a command gives up after about ten seconds of a lost connection. */
export const openClient = (connection: QueueConnection, silenceMs: number): Redis => {
  const options: RedisOptions = { retryStrategy, maxRetriesPerRequest: 20, socketTimeout: silenceMs };
  return 'url' in connection ? new Redis(connection.url, options) : new Redis({ ...connection, ...options });
};

/** For BullMQ workers, which make their own connections and must never give up a blocking read. */
export const workerConnection = (connection: QueueConnection, silenceMs = WORKER_SILENCE_MS) => ({
  ...connection,
  retryStrategy,
  maxRetriesPerRequest: null,
  socketTimeout: silenceMs,
});
