import { SOURCE_FORMATS } from '@batchmill/contracts';
import type { Json } from '@batchmill/contracts';
import type { Path } from '../values/path.ts';
import { formatOf } from '../definition/file-formats.ts';
import type { Finding } from '../problems/finding.ts';
import { listed } from '../problems/finding.ts';
import { hasTemplate } from '../definition/what-stands-where.ts';
import { isMap, valueAt } from '../values/json-values.ts';

/** The format of the source must be said where its files do not tell, and the key must be known before it. */
export const checkSource = (document: Json): Finding[] => {
  const source = valueAt(document, ['source']);
  return [
    ...(isMap(source) ? [...checkFormat(source), ...checkPaths(source)] : []),
    ...checkKey(valueAt(document, ['key'])),
  ];
};

const checkFormat = (source: { [key: string]: Json }): Finding[] => {
  const paths = Array.isArray(source['path']) ? source['path'] : [source['path']];
  if (source['format'] !== undefined || !paths.every((path) => typeof path === 'string')) return [];
  const formats = new Set(paths.map(formatOf));
  if (formats.size === 1 && !formats.has(undefined)) return [];
  const untold = paths.find((name) => formatOf(name) === undefined);
  const message =
    untold === undefined
      ? 'is missing, and the files differ'
      : `is missing, and the file name ${JSON.stringify(untold)} does not tell it`;
  const path = ['source', 'format'];
  const expected = `one of ${listed(SOURCE_FORMATS)}`;
  const remedy = untold === undefined ? undefined : remedyFor(untold);
  return [{ code: 'missing', message, path, lacks: [path], expected, ...(remedy === undefined ? {} : { remedy }) }];
};

/** What to do with files that people have, and that are not read as they are. */
const remedyFor = (name: string): string | undefined => {
  if (/\.(?:gz|tgz)$/i.test(name)) return 'Compressed files are not read: unpack it first, for example with gunzip';
  if (/\.(?:zst|bz2|xz|zip|7z|rar|tar)$/i.test(name)) return 'Packed files are not read: unpack it first';
  if (/\.(?:xlsx?|xlsm|ods|numbers)$/i.test(name)) return 'Spreadsheets are not read: save it as CSV (UTF-8)';
  if (/\.[^./\\]+$/.test(name)) return undefined;
  return 'A file is wanted, not a folder; give its name with its ending, or set the format';
};

const checkPaths = ({ path: given }: { [key: string]: Json }): Finding[] => {
  const paths: [Path, Json | undefined][] = Array.isArray(given)
    ? given.map((path, index) => [['source', 'path', index], path])
    : [[['source', 'path'], given]];
  return paths.flatMap(([path, name]): Finding[] => {
    if (typeof name !== 'string' || !/\*|(?<!\{)\{\w+\}(?!\})/.test(name)) return [];
    const found = JSON.stringify(name);
    return [
      { code: 'wrong-value', message: 'a pattern cannot be used here', path, found, expected: 'the name of each file' },
    ];
  });
};

const checkKey = (key: Json | undefined): Finding[] => {
  if (typeof key !== 'string') return [];
  if (key.trim() === '')
    return [{ code: 'wrong-value', message: 'is empty', path: ['key'], expected: 'a field or a template' }];
  const code = hasTemplate(key) ? [...key.matchAll(/\{[{%].*?[}%]\}/gs)].join(' ') : key;
  if (!/(?<![\p{L}\p{N}_])_(?:key|n|parent)(?![\p{L}\p{N}_])/u.test(code)) return [];
  const expected = 'fields of the source, or _line';
  return [
    {
      code: 'wrong-value',
      message: 'uses a name that has no value yet',
      path: ['key'],
      found: JSON.stringify(key),
      expected,
    },
  ];
};
