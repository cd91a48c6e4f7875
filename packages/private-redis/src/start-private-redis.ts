import { chmod, mkdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { askRedis } from './ask-redis.ts';
import type { RedisConnection } from './ask-redis.ts';
import { chooseConnection } from './choose-connection.ts';
import type { ConnectionWish } from './choose-connection.ts';
import { findRedisServer } from './find-redis-server.ts';
import { answersPing, runsIn, spawnRedis, waitUntilGone, waitUntilReady } from './redis-process.ts';
import { readState, removeState, writeState } from './state-file.ts';
import type { RedisState } from './state-file.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;

export type PrivateRedisOptions = ConnectionWish & {
  /** Folder for its data, log and socket; made private to this user. One owner at a time is the caller's duty. */
  dir: string;
  /** Where a downloaded Redis is kept; `~/.cache/batchmill` by default. */
  cacheDir?: string;
};

export type PrivateRedis = {
  connection: RedisConnection;
  pid: number;
  /** It was left running by an owner that was killed. */
  adopted: boolean;
  /** Ends it in order; its data stay in the folder. */
  stop(): Promise<void>;
};

/**
 * A Redis of our own on `dir`, append-only file on: adopted where a killed owner left one running, else started.
 * It outlives a kill -9 of its owner. Throws where no Redis can be found, or with its log where it does not start.
 */
export const startPrivateRedis = async (options: PrivateRedisOptions): Promise<PrivateRedis> => {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  await chmod(options.dir, 0o700);
  const dir = await realpath(options.dir);
  const left = await adopt(dir);
  if (left !== null) return handle(dir, left, true);

  const cacheDir = options.cacheDir ?? path.join(homedir(), '.cache', 'batchmill');
  const server = await findRedisServer({ cacheDir });
  const { connection, socketFolder } = await chooseConnection(dir, options);
  const child = spawnRedis(server, dir, connection);
  const state: RedisState = { pid: child.pid ?? 0, connection, socketFolder };
  // Written before it is ready: an owner killed in this moment must not leave a Redis nobody knows.
  await writeState(dir, state);
  try {
    await waitUntilReady(child, dir, connection, START_TIMEOUT_MS);
  } catch (error) {
    await removeState(dir, state);
    throw error;
  }
  return handle(dir, state, false);
};

const handle = (dir: string, state: RedisState, adopted: boolean): PrivateRedis => ({
  connection: state.connection,
  pid: state.pid,
  adopted,
  stop: async () => {
    await askRedis(state.connection, 'SHUTDOWN', STOP_TIMEOUT_MS).catch(() => null);
    await waitUntilGone(state.pid, dir, STOP_TIMEOUT_MS);
    await removeState(dir, state);
  },
});

/** The Redis another owner left on this folder, or null. One that runs but does not answer is ended: two would share a file. */
const adopt = async (dir: string): Promise<RedisState | null> => {
  const state = await readState(dir);
  if (state === null) return null;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (await runsIn(state.pid, dir)) {
    if (await answersPing(state.connection, 1000)) return state;
    if (Date.now() > deadline) await waitUntilGone(state.pid, dir, 0);
  }
  await removeState(dir, state);
  return null;
};
