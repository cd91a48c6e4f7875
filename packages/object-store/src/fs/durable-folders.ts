import { mkdir, open } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

export type DurableFolders = {
  /** Makes a folder and its parents, each kept by its own parent's fsync. */
  make(folder: string): Promise<void>;
  /** Keeps the names in a folder over a power cut. */
  sync(folder: string): Promise<void>;
};

export const durableFolders = ({ fsync }: { fsync: boolean }): DurableFolders => {
  const sync = async (folder: string): Promise<void> => {
    if (!fsync) return;
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  const make = async (folder: string): Promise<void> => {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    let parent = dirname(first);
    await sync(parent);
    for (const name of relative(parent, dirname(folder)).split(sep)) {
      if (name === '') continue;
      parent = join(parent, name);
      await sync(parent);
    }
  };
  return { make, sync };
};
