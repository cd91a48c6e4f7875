import { RESERVED_FIELDS } from '@batchmill/contracts';
import type { Json } from '@batchmill/contracts';
import type { Finding } from '../problems/finding.ts';
import { listed } from '../problems/finding.ts';
import { stepsOf } from '../definition/steps-of.ts';
import { isMap, valueAt } from '../values/json-values.ts';
import { pathsOfJoins } from './check-joins.ts';
import type { Path } from '../values/path.ts';

/** Names of the fields that a pipeline makes: `wrap`, `join`, `derive`, `into`, `expand`; and of its variables. */
export const checkMadeFields = (document: Json): Finding[] => [
  ...inText(document, ['source', 'wrap']),
  ...inKeys(document, ['source', 'derive']),
  ...pathsOfJoins(document).flatMap((path) => inKeys(document, [...path, 'fields'])),
  ...stepsOf(document).flatMap(({ path }) => [
    ...inText(document, [...path, 'generate', 'into']),
    ...inKeys(document, [...path, 'generate', 'into']),
    ...inText(document, [...path, 'generate', 'raw_into']),
    ...inKeys(document, [...path, 'transform', 'derive']),
    ...inKeys(document, [...path, 'transform', 'expand']),
    ...inText(document, [...path, 'transform', 'normalize', 'into']),
    ...inKeys(document, [...path, 'transform', 'normalize', 'into']),
    ...inText(document, [...path, 'repeat', 'into']),
  ]),
  ...inKeys(document, ['vars']),
];

const inText = (document: Json, path: Path): Finding[] => {
  const name = valueAt(document, path);
  return typeof name === 'string' ? checkFieldName(name, path, 'value') : [];
};

const inKeys = (document: Json, path: Path): Finding[] => {
  const map = valueAt(document, path);
  return isMap(map) ? Object.keys(map).flatMap((name) => checkFieldName(name, [...path, name], 'key')) : [];
};

/** Names that templates can use; a column of the source may be called anything. */
const FIELD = /^[\p{L}_][\p{L}\p{N}_-]*$/u;
const RESERVED: ReadonlySet<string> = new Set(['vars', ...RESERVED_FIELDS]);

/** Whether a pipeline can make a field of this name. */
export const checkFieldName = (name: string, path: Path, part: 'key' | 'value'): Finding[] => {
  if (RESERVED.has(name)) {
    const remedy = `Choose another name; reserved are ${listed(RESERVED)}`;
    return [{ code: 'reserved-field', message: `the name "${name}" is reserved`, path, part, remedy }];
  }
  if (FIELD.test(name)) return [];
  const expected = 'letters, digits, "_" and "-", beginning with a letter or "_"';
  const found = JSON.stringify(name);
  return [{ code: 'bad-field-name', message: 'this name cannot be used in templates', path, part, found, expected }];
};
