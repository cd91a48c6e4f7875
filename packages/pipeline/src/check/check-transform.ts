import type { Json } from '@batchmill/contracts';
import type { Finding } from '../problems/finding.ts';
import { describe, listed } from '../problems/finding.ts';
import { isMap } from '../values/json-values.ts';
import type { Path } from '../values/path.ts';
import { checkNormalize } from './check-normalize.ts';

type JsonMap = { [key: string]: Json };

const FUNCTIONS: Readonly<Record<string, (options: JsonMap, path: Path) => Finding[]>> = {
  derive: () => [],
  expand: (options, path) => checkExpand(options, path),
  normalize: checkNormalize,
};

/** That a transform has one function, and what its options say together. */
export const checkTransform = (transform: JsonMap, path: Path): Finding[] => {
  const known = Object.keys(FUNCTIONS);
  const [function_, ...others] = known.filter((name) => name in transform);
  if (function_ === undefined) {
    if (hasUnknown(transform, ['key'])) return [];
    const lacks = known.map((name) => [...path, name]);
    const message = `a transform needs one function: ${alternatives(known)}`;
    return [{ code: 'missing', message, path, part: 'key', lacks }];
  }
  if (others[0] !== undefined) {
    const message = `a transform has one function, not both ${listed([function_, ...others]).replace(/, ([^,]*)$/, ' and $1')}`;
    return [{ code: 'conflict', message, path: [...path, others[0]], part: 'key', remedy: 'Make two steps of it' }];
  }
  const options = transform[function_];
  return isMap(options) ? (FUNCTIONS[function_]?.(options, [...path, function_]) ?? []) : [];
};

/** Then that is the mistake to tell: perhaps it stands for what is missing. */
export const hasUnknown = (map: JsonMap, known: string[]): boolean =>
  Object.keys(map).some((key) => !known.includes(key));

const alternatives = (names: string[]): string => `${listed(names.slice(0, -1))} or ${names.at(-1)}`;

const checkExpand = (expand: JsonMap, path: Path): Finding[] => {
  if (Object.keys(expand).length === 0) {
    const expected = 'a field with a list, or "times"';
    return [{ code: 'wrong-value', message: 'says nothing', path, part: 'key', found: describe(expand), expected }];
  }
  return Object.entries(expand).flatMap(([field, list]): Finding[] =>
    Array.isArray(list) && list.length === 0
      ? [{ code: 'wrong-value', message: 'the list is empty, so that no row would be left', path: [...path, field] }]
      : [],
  );
};
