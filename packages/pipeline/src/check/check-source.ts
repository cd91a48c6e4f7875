import { SOURCE_FORMATS } from '@batchmill/contracts';
import type { Json } from '@batchmill/contracts';
import type { Path } from '../values/path.ts';
import { checkJoins } from './check-joins.ts';
import { checkBeforeKey, checkOneFile, remedyForFile } from './check-names.ts';
import { formatOf } from '../definition/file-formats.ts';
import type { Finding } from '../problems/finding.ts';
import { listed } from '../problems/finding.ts';
import { isMap, valueAt } from '../values/json-values.ts';

/** The format of the source must be said where its files do not tell, and the key must be known before it. */
export const checkSource = (document: Json): Finding[] => {
  const source = valueAt(document, ['source']);
  return [
    ...(isMap(source) ? [...checkFormat(source), ...checkPaths(source)] : []),
    ...checkJoins(document),
    ...checkBeforeKey(valueAt(document, ['key']), ['key']),
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
  const remedy = untold === undefined ? undefined : remedyForFile(untold);
  return [{ code: 'missing', message, path, lacks: [path], expected, ...(remedy === undefined ? {} : { remedy }) }];
};

const checkPaths = ({ path: given }: { [key: string]: Json }): Finding[] => {
  const paths: [Path, Json | undefined][] = Array.isArray(given)
    ? given.map((path, index) => [['source', 'path', index], path])
    : [[['source', 'path'], given]];
  return paths.flatMap(([path, name]) => checkOneFile(name, path));
};
