import { access, constants, stat } from 'node:fs/promises';
import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import { unreadable } from './unreadable.ts';

/** One source file: what the pipeline calls it, and where it is. */
export type InputFile =
  | { kind: 'file'; name: string; path: string; bytes: number }
  /** The server fetches it. */
  | { kind: 'url'; name: string; url: string };

/** `remedy` says where the path stands, for one that cannot be read. */
export type WantedFile = { name: string; path: string; remedy: string };

/** Checks that every input can be read, before anything begins. */
export const inputFiles = async (wanted: readonly WantedFile[]): Promise<InputFile[]> => {
  const inputs: InputFile[] = [];
  const problems: Problem[] = [];
  for (const { name, path, remedy } of wanted) {
    if (/^(https|s3):\/\//.test(name)) {
      inputs.push({ kind: 'url', name, url: name });
      continue;
    }
    try {
      const found = await stat(path);
      if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
      await access(path, constants.R_OK);
      inputs.push({ kind: 'file', name, path, bytes: found.size });
    } catch (cause) {
      problems.push(unreadable(path, cause, remedy));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return inputs;
};
