import { readFile } from 'node:fs/promises';

/** The values of a file of JSON lines. */
export const jsonLines = async <Value>(file: string): Promise<Value[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Value);
