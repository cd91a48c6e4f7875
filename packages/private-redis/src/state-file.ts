import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RedisConnection } from './ask-redis.ts';

/** What the next owner of the folder must know to adopt the Redis that runs on it. */
export type RedisState = { pid: number; connection: RedisConnection; socketFolder: string | null };

const fileOf = (dir: string): string => path.join(dir, 'redis.json');

export const readState = async (dir: string): Promise<RedisState | null> => {
  try {
    return JSON.parse(await readFile(fileOf(dir), 'utf8')) as RedisState;
  } catch {
    return null;
  }
};

export const writeState = async (dir: string, state: RedisState): Promise<void> => {
  await writeFile(`${fileOf(dir)}.part`, JSON.stringify(state));
  await rename(`${fileOf(dir)}.part`, fileOf(dir));
};

export const removeState = async (dir: string, state: RedisState): Promise<void> => {
  await rm(fileOf(dir), { force: true });
  if ('path' in state.connection) await rm(state.connection.path).catch(() => undefined);
  if (state.socketFolder !== null) await rm(state.socketFolder, { recursive: true, force: true });
};
