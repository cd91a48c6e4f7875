import { readdir, readlink } from 'node:fs/promises';
import path from 'node:path';

/** What a command has left behind in its folder. */
export type Leftovers = {
  /** Files under the folder for the outputs. */
  outputs: string[];
  /** Claims on a batch at the provider: from there on money is spent. */
  intents: number;
  /** Jobs that are not final. */
  openJobs: number;
  /** Files that were meant to be renamed or removed. */
  halfWritten: string[];
  /** Processes that work in the folder still. */
  processes: number;
};

export const leftovers = async (folder: string): Promise<Leftovers> => {
  const state = await filesUnder(path.join(folder, '.batchmill'));
  const outputs = await filesUnder(path.join(folder, 'out'));
  return {
    outputs,
    intents: state.filter((file) => file.endsWith('/intent.json')).length,
    openJobs: state.filter((file) => /^store\/t\/[^/]+\/open\//.test(file)).length,
    halfWritten: [...outputs, ...state].filter((file) => /\.(?:part|tmp)$|^store\/\.tmp\/.|^owner\./.test(file)),
    processes: await processesIn(folder),
  };
};

const filesUnder = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
};

/** By their working folder, where the system tells it (Linux). */
const processesIn = async (folder: string): Promise<number> => {
  let count = 0;
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (cwd === folder || cwd.startsWith(`${folder}/`)) count += 1;
  }
  return count;
};
