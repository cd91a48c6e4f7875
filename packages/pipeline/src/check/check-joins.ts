import { SOURCE_FORMATS } from '@batchmill/contracts';
import type { Json } from '@batchmill/contracts';
import { formatOf } from '../definition/file-formats.ts';
import type { Finding } from '../problems/finding.ts';
import { describe, listed } from '../problems/finding.ts';
import { isMap, valueAt } from '../values/json-values.ts';
import { formatPath } from '../values/path.ts';
import type { Path } from '../values/path.ts';
import { checkBeforeKey, checkOneFile, remedyForFile } from './check-names.ts';

type JsonMap = { [key: string]: Json };

/** Where joins stand, there being one or a list of them. */
export const pathsOfJoins = (document: Json): Path[] => {
  const joins = valueAt(document, ['source', 'join']);
  if (Array.isArray(joins)) return joins.map((_, index) => ['source', 'join', index]);
  return joins === undefined ? [] : [['source', 'join']];
};

/** The formats of joined files, and that no field is joined twice; `info` belongs to the format m4. */
export const checkJoins = (document: Json): Finding[] => {
  const joins = pathsOfJoins(document).flatMap((path): [Path, JsonMap][] => {
    const join = valueAt(document, path);
    return isMap(join) ? [[path, join]] : [];
  });
  return [
    ...checkInfo(document),
    ...joins.flatMap(([path, join]) => [...checkJoinFile(join, path), ...checkBeforeKey(join['on'], [...path, 'on'])]),
    ...checkSameFields(joins),
  ];
};

const checkInfo = (document: Json): Finding[] => {
  const path = ['source', 'info'];
  const format = valueAt(document, ['source', 'format']);
  if (valueAt(document, path) === undefined || format === 'm4') return [];
  const message = '"info" goes only with the format m4';
  const remedy = 'Join another file with "join"';
  const found = format === undefined ? {} : { found: `format ${describe(format)}` };
  return [{ code: 'conflict', message, path, part: 'key', ...found, remedy }];
};

const checkJoinFile = ({ path: file, format }: JsonMap, path: Path): Finding[] => {
  const pattern = checkOneFile(file, [...path, 'path']);
  if (pattern.length > 0 || typeof file !== 'string' || file === '' || format !== undefined) return pattern;
  if (formatOf(file) !== undefined) return [];
  const at = [...path, 'format'];
  const message = `is missing, and the file name ${JSON.stringify(file)} does not tell it`;
  const remedy = remedyForFile(file);
  const expected = `one of ${listed(SOURCE_FORMATS)}`;
  return [{ code: 'missing', message, path: at, lacks: [at], expected, ...(remedy === undefined ? {} : { remedy }) }];
};

const checkSameFields = (joins: [Path, JsonMap][]): Finding[] => {
  const first = new Map<string, Path>();
  return joins.flatMap(([path, { fields }]) => {
    const names = Array.isArray(fields) ? fields.map(String) : isMap(fields) ? Object.keys(fields) : [];
    return names.flatMap((name): Finding[] => {
      const other = first.get(name);
      first.set(name, other ?? path);
      if (other === undefined) return [];
      const message = `${JSON.stringify(name)} is already joined by ${formatPath(other)}`;
      const remedy = `Give it another name, for example { ${name}_2: ${name} }`;
      return [{ code: 'conflict', message, path: [...path, 'fields'], part: 'key', remedy }];
    });
  });
};
