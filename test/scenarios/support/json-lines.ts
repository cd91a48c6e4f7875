import { readFile } from 'node:fs/promises';

/** The values of a file of JSON lines. */
export const jsonLines = async <Value>(file: string): Promise<Value[]> =>
  jsonLinesOf<Value>(await readFile(file, 'utf8'));

export const jsonLinesOf = <Value>(text: string): Value[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Value);
