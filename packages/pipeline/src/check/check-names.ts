import type { Json } from '@batchmill/contracts';
import { hasTemplate } from '../definition/what-stands-where.ts';
import type { Finding } from '../problems/finding.ts';
import type { Path } from '../values/path.ts';

const MADE_LATER = /(?<![\p{L}\p{N}_])_(?:key|n|parent)(?![\p{L}\p{N}_])/u;

/** A field or template that is evaluated before a row has its key. */
export const checkBeforeKey = (name: Json | undefined, path: Path): Finding[] => {
  if (typeof name !== 'string') return [];
  if (name.trim() === '')
    return [{ code: 'wrong-value', message: 'is empty', path, expected: 'a field or a template' }];
  const code = hasTemplate(name) ? [...name.matchAll(/\{[{%].*?[}%]\}/gs)].join(' ') : name;
  if (!MADE_LATER.test(code)) return [];
  const message = 'uses a name that has no value yet';
  const expected = 'fields of the source, or _line';
  return [{ code: 'wrong-value', message, path, found: JSON.stringify(name), expected }];
};

/** The name of one file: patterns are not read. */
export const checkOneFile = (name: Json | undefined, path: Path): Finding[] => {
  if (typeof name !== 'string' || !/\*|(?<!\{)\{\w+\}(?!\})/.test(name)) return [];
  const expected = 'the name of each file';
  const message = 'a pattern cannot be used here';
  return [{ code: 'wrong-value', message, path, found: JSON.stringify(name), expected }];
};

/** What to do with files that people have, and that are not read as they are. */
export const remedyForFile = (name: string): string | undefined => {
  if (/\.(?:gz|tgz)$/i.test(name)) return 'Compressed files are not read: unpack it first, for example with gunzip';
  if (/\.(?:zst|bz2|xz|zip|7z|rar|tar)$/i.test(name)) return 'Packed files are not read: unpack it first';
  if (/\.(?:xlsx?|xlsm|ods|numbers)$/i.test(name)) return 'Spreadsheets are not read: save it as CSV (UTF-8)';
  if (/\.[^./\\]+$/.test(name)) return undefined;
  return 'A file is wanted, not a folder; give its name with its ending, or set the format';
};
