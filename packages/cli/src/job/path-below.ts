import { relative, resolve } from 'node:path';

/** A path that a server has named, below the folder of the user's choice: it must not be able to write elsewhere. */
export const pathBelow = (folder: string, path: string): string => {
  const target = resolve(folder, path);
  if (relative(folder, target).startsWith('..'))
    throw new Error(`The server names a file outside of ${folder}: ${path}`);
  return target;
};
