import { startPrivateRedis } from '@batchmill/private-redis';
import type { PrivateRedisOptions, RedisConnection } from '@batchmill/private-redis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type TestRedis = {
  readonly connection: RedisConnection;
  /** Set when it listens on a port. */
  readonly url: string | undefined;
  /** Of the process that runs now. */
  readonly pid: number;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
  /** As a machine that loses power, but with the append-only file as the kernel has it. */
  kill9(): Promise<void>;
  /** Starts it again at the same place, with the data it had, or with none. */
  restart(options?: { empty?: boolean }): Promise<void>;
  /** Accepts connections and answers nothing, until `resume`. */
  hang(): void;
  resume(): void;
};

/** A real Redis for one test file, on a unix socket in a folder of its own; `tcp` for a free port on loopback. */
export const startTestRedis = async (options: { tcp?: boolean } = {}): Promise<TestRedis> => {
  const dir = await mkdtemp(path.join(tmpdir(), 'batchmill-redis-'));
  const first: PrivateRedisOptions = options.tcp === true ? { dir, port: 'free' } : { dir };
  let redis = await startPrivateRedis(first);
  const { connection } = redis;
  const again: PrivateRedisOptions = 'path' in connection ? { dir } : { dir, port: connection.port };
  let hung = false;
  const resume = (): void => {
    if (hung) process.kill(redis.pid, 'SIGCONT');
    hung = false;
  };
  const kill9 = async (): Promise<void> => {
    process.kill(redis.pid, 'SIGKILL');
    hung = false;
    await ended(redis.pid);
  };
  return {
    connection,
    url: 'path' in connection ? undefined : `redis://${connection.host}:${connection.port}`,
    get pid() {
      return redis.pid;
    },
    stop: async () => {
      resume();
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    },
    kill9,
    restart: async ({ empty = false } = {}) => {
      if (isRunning(redis.pid)) await kill9();
      if (empty) await rm(path.join(dir, 'appendonlydir'), { recursive: true, force: true });
      redis = await startPrivateRedis(again);
    },
    hang: () => {
      hung = true;
      process.kill(redis.pid, 'SIGSTOP');
    },
    resume,
  };
};

const ended = async (pid: number): Promise<void> => {
  while (isRunning(pid)) await delay(5);
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
