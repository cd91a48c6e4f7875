import type { Json } from '@batchmill/contracts';
import type { Finding } from '../problems/finding.ts';
import { describe, listed } from '../problems/finding.ts';
import { isMap } from '../values/json-values.ts';
import type { Path } from '../values/path.ts';

type JsonMap = { [key: string]: Json };

/** What the options of `normalize` say together: one way of clipping, and a new field for each field. */
export const checkNormalize = (options: JsonMap, path: Path): Finding[] => [
  ...checkExtremes(options, path),
  ...checkInto(options, path),
];

const checkExtremes = ({ clip, winsorize }: JsonMap, path: Path): Finding[] => {
  if (clip !== undefined && winsorize !== undefined) {
    const message = 'extreme values are either clipped or winsorized, not both';
    const at = [...path, 'winsorize'];
    return [{ code: 'conflict', message, path: at, part: 'key', remedy: 'Keep one of them, or make two steps of it' }];
  }
  const quantile = isMap(clip) ? clip['quantile'] : undefined;
  if (!Array.isArray(quantile) || quantile.length !== 2) return [];
  const [low, high] = quantile;
  if (typeof low !== 'number' || typeof high !== 'number' || low < high) return [];
  const message = 'the low quantile must be below the high one';
  const at = [...path, 'clip', 'quantile'];
  return [{ code: 'wrong-value', message, path: at, found: JSON.stringify(quantile), expected: '[0.01, 0.99]' }];
};

const checkInto = ({ field, into }: JsonMap, path: Path): Finding[] => {
  const fields = (typeof field === 'string' ? [field] : Array.isArray(field) ? field : []).map(String);
  const at = [...path, 'into'];
  const twice = fields.find((name, index) => fields.indexOf(name) !== index);
  if (twice !== undefined) {
    return [{ code: 'conflict', message: `${JSON.stringify(twice)} is named twice`, path: [...path, 'field'] }];
  }
  if (typeof into === 'string' && fields.length > 1) {
    const expected = `a map of new field to field, for example { ${fields[0]}_z: ${fields[0]} }`;
    const message = 'one new field cannot take several lists';
    return [{ code: 'wrong-value', message, path: at, found: describe(into), expected }];
  }
  if (!isMap(into) || fields.length === 0) return [];
  const sources = Object.values(into);
  const unknown = Object.entries(into).flatMap(([name, from]): Finding[] => {
    if (typeof from !== 'string' || fields.includes(from)) return [];
    const expected = fields.length === 1 ? `"${fields[0]}"` : `one of ${listed(fields)}`;
    const message = 'is no field that is normalized here';
    return [{ code: 'unknown-name', message, path: [...at, name], found: describe(from), expected }];
  });
  const left = fields.filter((name) => !sources.includes(name));
  if (unknown.length > 0 || left.length === 0) return unknown;
  const remedy = 'Add a new field for it, or take it out of "field"';
  return [{ code: 'missing', message: `no new field takes ${listed(left)}`, path: at, part: 'key', remedy }];
};
