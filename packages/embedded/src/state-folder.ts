import { access, constants, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';

/** Where an embedded deployment keeps everything it has. */
export type StateFolder = {
  root: string;
  store: string;
  redis: string;
  simulator: string;
  log: string;
};

export const prepareStateFolder = async (stateDir: string): Promise<StateFolder> => {
  const root = path.resolve(stateDir);
  const folder = {
    root,
    store: path.join(root, 'store'),
    redis: path.join(root, 'redis'),
    simulator: path.join(root, 'simulator'),
    log: path.join(root, 'batchmill.log'),
  };
  try {
    await makeFolders(root);
    await access(root, constants.W_OK);
  } catch (cause) {
    throw new InputError([unusable(root, cause)], { cause });
  }
  return folder;
};

/** Like mkdir with `recursive`, which never returns where a file system refuses new folders (as /proc does). */
const makeFolders = async (folder: string): Promise<void> => {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() === true) return;
  if (path.dirname(folder) !== folder) await makeFolders(path.dirname(folder));
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const isThere = (await stat(folder).catch(() => null))?.isDirectory();
    if (isThere !== true) throw error;
  }
};

const unusable = (root: string, cause: unknown): Problem => ({
  code: 'state-folder',
  message: `the state folder cannot be used: ${reasonOf(cause)}`,
  place: { file: root },
  expected: 'a folder in which files can be written',
  remedy: 'Choose another with --data DIR',
});

const reasonOf = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
};

const REASONS: Record<string, string> = {
  EEXIST: 'a file stands there',
  ENOTDIR: 'a file stands in its path',
  EROFS: 'its disk is mounted for reading only',
  EACCES: 'this user may not write there',
};
