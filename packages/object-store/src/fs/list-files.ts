import { opendir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListOptions, ObjectInfo } from '../object-store.ts';
import { isAbsent } from './errors.ts';

/** File sizes asked for at once. */
const STATS_AT_ONCE = 32;

/** All files whose key begins with the prefix, in byte order of the whole key. */
export async function* listFiles(root: string, prefix: string, options: ListOptions = {}): AsyncIterable<ObjectInfo> {
  yield* withSizes(root, walk(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, options.startAfter ?? ''));
}

/** The folders directly under a prefix that hold at least one file, at whatever depth. */
export async function* listFolders(root: string, prefix: string, options: ListOptions = {}): AsyncIterable<string> {
  for (const name of await namesIn(root, prefix.slice(0, prefix.lastIndexOf('/') + 1))) {
    if (!name.endsWith('/') || !name.startsWith(prefix) || name <= (options.startAfter ?? '')) continue;
    if (await holdsFile(join(root, name))) yield name;
  }
}

async function* walk(root: string, folder: string, prefix: string, startAfter: string): AsyncIterable<string> {
  for (const name of await namesIn(root, folder)) {
    if (!name.endsWith('/')) {
      if (name.startsWith(prefix) && name > startAfter) yield name;
      continue;
    }
    const mayMatch = name.startsWith(prefix);
    const isOver = startAfter >= name && !startAfter.startsWith(name);
    if (mayMatch && !isOver) yield* walk(root, name, prefix, startAfter);
  }
}

/**
 * Keys of the files and prefixes of the folders in a folder, sorted. A folder sorts as `name/`, since that is what its keys
 * begin with: `a-b` and `a.b` come before `a/b`, `a0` after.
 */
const namesIn = async (root: string, folder: string): Promise<string[]> => {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries
      .filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => (entry.isDirectory() ? `${folder}${entry.name}/` : `${folder}${entry.name}`))
      .sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
};

const holdsFile = async (folder: string): Promise<boolean> => {
  try {
    for await (const entry of await opendir(folder)) {
      if (!entry.isDirectory() || (await holdsFile(join(folder, entry.name)))) return true;
    }
    return false;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
};

async function* withSizes(root: string, keys: AsyncIterable<string>): AsyncIterable<ObjectInfo> {
  let held: string[] = [];
  for await (const key of keys) {
    held.push(key);
    if (held.length < STATS_AT_ONCE) continue;
    yield* present(await Promise.all(held.map((each) => fileInfo(root, each))));
    held = [];
  }
  yield* present(await Promise.all(held.map((each) => fileInfo(root, each))));
}

/** Size and time of one file, null when there is none. */
export const fileInfo = async (root: string, key: string): Promise<ObjectInfo | null> => {
  try {
    const found = await stat(join(root, key));
    return found.isFile() ? { key, bytes: found.size, modifiedAtMs: found.mtimeMs } : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
};

const present = (infos: (ObjectInfo | null)[]): ObjectInfo[] => infos.filter((info) => info !== null);
