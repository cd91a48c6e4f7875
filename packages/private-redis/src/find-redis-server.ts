import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { RedisServer } from './redis-server.ts';
import { unpackDebianPackages } from './unpack-debian-packages.ts';

const NAMES = ['redis-server', 'valkey-server'];

export type FindOptions = {
  /** Where Debian's packages are unpacked. */
  cacheDir: string;
  /** Folders to look through, as in PATH; the process's own PATH by default. */
  searchPath?: string;
};

/**
 * A Redis to start: from the PATH, else Debian's packages unpacked under `cacheDir` (no root needed, once).
 * Throws an Error that names the ways to get one.
 */
export const findRedisServer = async ({ cacheDir, searchPath }: FindOptions): Promise<RedisServer> => {
  const installed = await findOnPath(searchPath ?? process.env['PATH'] ?? '');
  if (installed !== null) return { command: installed };
  try {
    return await unpackDebianPackages(path.join(cacheDir, 'redis-debian'));
  } catch (cause) {
    throw new Error(`No Redis was found, and Debian's packages could not be fetched. ${WAYS}`, { cause });
  }
};

const WAYS = [
  'Any one of these is enough:',
  'install redis or valkey so that redis-server or valkey-server is on the PATH',
  '(Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis);',
  'or set REDIS_URL to a Redis that runs elsewhere, for example redis://localhost:6379.',
].join(' ');

const findOnPath = async (searchPath: string): Promise<string | null> => {
  for (const name of NAMES) {
    for (const folder of searchPath.split(path.delimiter).filter(Boolean)) {
      const candidate = path.join(folder, name);
      try {
        await access(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not here: the next folder.
      }
    }
  }
  return null;
};
