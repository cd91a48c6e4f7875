import { readdir, readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for one test; removed with everything in it, and with what a failed test has left running on it. */
export const temporaryFolder = async (): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'batchmill-test-'));
  return {
    path: folder,
    [Symbol.asyncDispose]: async () => {
      await endLeftRedis(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
};

/** Ends every Redis that a state folder in here says it has. */
const endLeftRedis = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const file = path.join(folder, entry.name, 'redis', 'redis.json');
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) continue;
    try {
      process.kill((JSON.parse(text) as { pid: number }).pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  }
};
