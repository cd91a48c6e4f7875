import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '@batchmill/contracts';
import { unreadable } from './unreadable.ts';

/**
 * The keys that `--ids` gives: `W1,W2`, or `@FILE` with one on each line, where a key may hold a comma.
 * @throws InputError for a file that cannot be read, and where no key is given
 */
export const rowIds = async (given: string, cwd: string): Promise<string[]> => {
  const ids = given.startsWith('@') ? (await readIds(given.slice(1), cwd)).split(/\r\n|\n|\r/) : given.split(',');
  const keys = ids.map((id) => id.trim()).filter((id) => id !== '');
  if (keys.length > 0) return [...new Set(keys)];
  throw new InputError([
    {
      code: 'no-ids',
      message: `--ids ${JSON.stringify(given)} names no row`,
      expected: 'W1,W2 or @FILE, a file with a key on each line',
    },
  ]);
};

const readIds = async (file: string, cwd: string): Promise<string> => {
  try {
    return (await readFile(resolve(cwd, file), 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new InputError([unreadable(file, cause, 'It is named by --ids @FILE: a file with a key on each line')], {
      cause,
    });
  }
};
