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

/**
 * Checks that every input can be read, before anything begins. `location` is an address, or a path that starts at `folder`;
 * `namedIn` is where it stands.
 */
export const inputFiles = async (
  wanted: readonly { name: string; location: string }[],
  { folder, namedIn }: { folder: string; namedIn: string },
): Promise<InputFile[]> => {
  const inputs: InputFile[] = [];
  const problems: Problem[] = [];
  for (const { name, location } of wanted) {
    if (/^(https|s3):\/\//.test(location)) {
      inputs.push({ kind: 'url', name, url: location });
      continue;
    }
    const path = resolve(folder, location);
    try {
      const found = await stat(path);
      if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
      await access(path, constants.R_OK);
      inputs.push({ kind: 'file', name, path, bytes: found.size });
    } catch (cause) {
      problems.push(unreadable(path, cause, `It is named in ${namedIn}; --input PATH reads another file`));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return inputs;
};
