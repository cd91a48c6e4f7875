import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import { unreadable } from './unreadable.ts';

/** One source file: what the pipeline calls it, and where it is. */
export type InputFile =
  | { kind: 'file'; name: string; path: string; bytes: number }
  /** The server fetches it. */
  | { kind: 'url'; name: string; url: string };

/** What the server fetches: only it knows how many rows that is. */
export const isFetched = ({ kind }: InputFile): boolean => kind === 'url';

/** `location` is an address, or a path from the root; `remedy` says where it stands, for one that cannot be read. */
export type WantedFile = { name: string; location: string; remedy: string };

/** An address as it is, a path from `folder`. */
export const locationOf = (name: string, folder: string): string => (ADDRESS.test(name) ? name : resolve(folder, name));

const ADDRESS = /^(https|s3):\/\//;

/** Checks that every input can be read, before anything begins. */
export const inputFiles = async (wanted: readonly WantedFile[]): Promise<InputFile[]> => {
  const inputs: InputFile[] = [];
  const problems: Problem[] = [];
  for (const { name, location, remedy } of wanted) {
    if (ADDRESS.test(location)) {
      inputs.push({ kind: 'url', name, url: location });
      continue;
    }
    try {
      const found = await stat(location);
      if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
      await access(location, constants.R_OK);
      inputs.push({ kind: 'file', name, path: location, bytes: found.size });
    } catch (cause) {
      problems.push(unreadable(location, cause, remedy));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return inputs;
};
