import { statfs } from 'node:fs/promises';
import { fileSize } from '../terminal/amounts.ts';
import type { Check } from './check.ts';
import { missing, note, ok } from './check.ts';
import { existingFolder } from './check-store.ts';

const TOO_LITTLE_BYTES = 200e6;
const LITTLE_BYTES = 2e9;

export const checkDisk = (stateDir: string): Check => ({
  name: 'Disk',
  look: async () => {
    const { bavail, bsize } = await statfs(await existingFolder(stateDir));
    const free = bavail * bsize;
    const found = `${fileSize(free)} free`;
    if (free < TOO_LITTLE_BYTES) return missing(found, 'Make room, or name a folder on another disk with --data DIR.');
    if (free < LITTLE_BYTES)
      return note(found, 'A run keeps its input, requests and answers: about five times the size of the data.');
    return ok(found);
  },
});
