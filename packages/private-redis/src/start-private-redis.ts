import { chmod, mkdir, realpath, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { askRedis } from './ask-redis.ts';
import type { RedisConnection } from './ask-redis.ts';
import { chooseConnection } from './choose-connection.ts';
import type { ConnectionWish } from './choose-connection.ts';
import { findRedisServer } from './find-redis-server.ts';
import type { RedisServer } from './redis-server.ts';
import { answersPing, runsIn, spawnRedis, waitUntilGone, waitUntilReady } from './redis-process.ts';
import { readState, removeState, writeState } from './state-file.ts';
import type { RedisState } from './state-file.ts';

const STOP_TIMEOUT_MS = 10_000;

export type PrivateRedisOptions = ConnectionWish & {
  /** Folder for its data, log and socket; made private to this user. One owner at a time is the caller's duty. */
  dir: string;
  /** Where a downloaded Redis is kept; `~/.cache/batchmill` by default. */
  cacheDir?: string;
  /** Folders to look for a program in, as in PATH; the process's own PATH by default. */
  searchPath?: string;
  /** Longest time for a start, or for a left-over Redis to answer; 20 s by default. */
  startTimeoutMs?: number;
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
  const { startTimeoutMs = 20_000 } = options;
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  await chmod(options.dir, 0o700);
  const dir = await realpath(options.dir);
  const left = await adopt(dir, startTimeoutMs);
  if (left !== null) return handle(dir, left, true);

  const cacheDir = options.cacheDir ?? path.join(homedir(), '.cache', 'batchmill');
  const { searchPath } = options;
  const server = await findRedisServer(searchPath === undefined ? { cacheDir } : { cacheDir, searchPath });
  const start = () => startOn(server, dir, options, startTimeoutMs);
  try {
    return handle(dir, await start(), false);
  } catch (error) {
    if (!(error instanceof Error && DAMAGED_FILE.test(error.message))) throw error;
    // Everything in it can be rebuilt from the ledger, so a damaged file must not stop a start for good.
    await rename(path.join(dir, 'appendonlydir'), path.join(dir, `appendonlydir.damaged-${Date.now()}`));
    return handle(dir, await start(), false);
  }
};

const DAMAGED_FILE = /Bad file format reading the append only file|Unexpected end of file reading the append only file/;

const startOn = async (
  server: RedisServer,
  dir: string,
  wish: ConnectionWish,
  timeoutMs: number,
): Promise<RedisState> => {
  const { connection, socketFolder } = await chooseConnection(dir, wish);
  const child = spawnRedis(server, dir, connection);
  const state: RedisState = { pid: child.pid, connection, socketFolder };
  // Written before it is ready: an owner killed in this moment must not leave a Redis nobody knows.
  await writeState(dir, state);
  try {
    await waitUntilReady(child, dir, connection, timeoutMs);
    return state;
  } catch (error) {
    await removeState(dir, state);
    throw error;
  }
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
const adopt = async (dir: string, timeoutMs: number): Promise<RedisState | null> => {
  const state = await readState(dir);
  if (state === null) return null;
  const deadline = Date.now() + timeoutMs;
  while (await runsIn(state.pid, dir)) {
    if (await answersPing(state.connection, Math.min(1000, timeoutMs))) return state;
    if (Date.now() > deadline) await waitUntilGone(state.pid, dir, 0);
  }
  await removeState(dir, state);
  return null;
};
