import { mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Check, CheckOutcome } from './check.ts';
import { missing, ok } from './check.ts';

/** The disk under the state folder can be written, and keeps what a write-once ledger rests on. */
export const checkStore = (stateDir: string): Check => ({
  name: 'Store',
  look: async () => {
    const folder = await existingFolder(stateDir);
    let probeFolder: string | undefined;
    try {
      probeFolder = await mkdtemp(join(folder, '.batchmill-doctor-'));
      return await probe(probeFolder, stateDir);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return missing(`${folder} cannot be written: ${reason}`, 'Name another folder with --data DIR.');
    } finally {
      if (probeFolder !== undefined) await rm(probeFolder, { recursive: true, force: true });
    }
  },
});

const probe = async (probeFolder: string, stateDir: string): Promise<CheckOutcome> => {
  const { openFsStore, probeStore } = await import('@batchmill/object-store');
  const { failures } = await probeStore(await openFsStore({ root: probeFolder }));
  if (failures.length === 0) return ok(`${stateDir}: writable, keeps its word`);
  return missing(failures.join(' '), 'Name a folder on another disk with --data DIR (network disks often do this).');
};

/** The folder itself, or the nearest around it that is there: looking must not make one. */
export const existingFolder = async (folder: string): Promise<string> => {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() === true || dirname(folder) === folder) return folder;
  return existingFolder(dirname(folder));
};
