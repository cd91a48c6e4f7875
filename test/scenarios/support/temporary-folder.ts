import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for one test; removed with everything in it. */
export const temporaryFolder = async (): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'batchmill-test-'));
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
};
