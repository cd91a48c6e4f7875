import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { RedisServer } from './redis-server.ts';

const run = promisify(execFile);

/** redis-tools holds the program itself; the others are the libraries it needs beyond those of every Debian system. */
const PACKAGES = ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2', 'libatomic1'];

/**
 * Unpacks Debian's redis-server into `folder`, which needs neither root nor a service. A second call finds the folder.
 * Throws where there is no apt, no network, or no package of that name.
 */
export const unpackDebianPackages = async (folder: string): Promise<RedisServer> => {
  const ready = await serverIn(folder);
  if (ready !== null) return ready;
  await mkdir(path.dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.part-`);
  try {
    await download(work);
    for (const file of await readdir(work)) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', file, 'root'], { cwd: work });
    }
    // Renamed when whole: another process may be doing the same, and the first one wins.
    await rename(path.join(work, 'root'), folder).catch(() => undefined);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const unpacked = await serverIn(folder);
  if (unpacked === null) throw new Error('the packages hold no usr/bin/redis-server');
  return unpacked;
};

const download = async (folder: string): Promise<void> => {
  const fetchPackages = (options: string[]) =>
    run('apt-get', [...options, 'download', ...PACKAGES], { cwd: folder, timeout: 120_000 });
  try {
    await fetchPackages([]);
  } catch {
    // No package lists on this system (as in slim images): fetch lists of our own, which takes no root.
    const options = await ownPackageLists(path.join(folder, 'apt'));
    await fetchPackages(options);
  }
};

const ownPackageLists = async (folder: string): Promise<string[]> => {
  await mkdir(path.join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(path.join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::lists=${folder}/lists`, '-o', `Dir::Cache=${folder}/cache`];
  await run('apt-get', [...options, 'update'], { timeout: 120_000 });
  return options;
};

const serverIn = async (folder: string): Promise<RedisServer | null> => {
  const command = path.join(folder, 'usr', 'bin', 'redis-server');
  try {
    await access(command);
  } catch {
    return null;
  }
  const libraries = await readdir(path.join(folder, 'usr', 'lib'));
  return { command, libraryPath: libraries.map((name) => path.join(folder, 'usr', 'lib', name)).join(':') };
};
