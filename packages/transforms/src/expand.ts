import type { Fields, Json, Row } from '@batchmill/contracts';
import { compileTemplate, rowScope } from '@batchmill/templates';
import { inOption, RowTransformError } from './row-transform-error.ts';
import { shown } from './shown.ts';
import type { Transform, TransformContext } from './transform.ts';

const DEFAULT_KEY = '{{ _key }}_{{ _n }}';

/** Of one row, all being held in memory at once. */
const MAX_COPIES = 10_000;

/**
 * Copies of a row: one for each element of a list, which becomes the named field. Options: field → a list, or a template
 * that gives one; several fields give all combinations, the last one changing fastest; `times` repeats each. A copy's `n`
 * counts from 0, its parent is the row's key. A row with an empty list is refused, since it would vanish without a word.
 */
export const expand = ({ options, vars, key = DEFAULT_KEY }: TransformContext): Transform => {
  const { times = 1, ...lists } = options;
  const makeTimes = countMaker(times);
  const makers = Object.entries(lists).map(([field, list]) => ({ field, make: listMaker(field, list) }));
  const keyTemplate = compileTemplate(key);
  return {
    apply: (row) => {
      const scope = rowScope(row, vars);
      const columns = makers.map(({ field, make }) => ({ field, list: make(scope) }));
      const count = makeTimes(scope);
      const total = columns.reduce((product, { list }) => product * list.length, count);
      if (total > MAX_COPIES) {
        throw new RowTransformError(
          'too-many-copies',
          `expand gives ${total} rows of one; at most ${MAX_COPIES} are made`,
        );
      }
      const copies = combinations(columns, count).map((fields, n) => copyOf(row, fields, n));
      for (const copy of copies) {
        const copyScope = { ...rowScope(copy, vars), _key: row.key };
        copy.key = inOption('key', () => keyTemplate.render(copyScope));
      }
      refuseDuplicates(copies);
      return copies;
    },
  };
};

const listMaker = (field: string, list: Json): ((scope: Fields) => Json[]) => {
  const value = typeof list === 'string' ? compileTemplate(list).value : () => list;
  return (scope) => {
    const found = inOption(`expand.${field}`, () => value(scope));
    if (!Array.isArray(found)) {
      throw new RowTransformError('not-a-list', `expand.${field}: a list is expected, found ${shown(found)}`);
    }
    if (found.length === 0) throw new RowTransformError('empty-list', `expand.${field}: the list is empty`);
    return found;
  };
};

const countMaker = (times: Json): ((scope: Fields) => number) => {
  const value = typeof times === 'string' ? compileTemplate(times).value : () => times;
  return (scope) => {
    const found = inOption('expand.times', () => value(scope));
    if (typeof found === 'number' && Number.isInteger(found) && found >= 1) return found;
    throw new RowTransformError(
      'not-a-count',
      `expand.times: a whole number from 1 is expected, found ${shown(found)}`,
    );
  };
};

const combinations = (columns: { field: string; list: Json[] }[], times: number): Fields[] => {
  const start: Fields[] = [{}];
  const all = columns.reduce(
    (soFar, { field, list }) => soFar.flatMap((fields) => list.map((element) => ({ ...fields, [field]: element }))),
    start,
  );
  return all.flatMap((fields) => Array.from({ length: times }, () => fields));
};

const copyOf = (row: Row, fields: Fields, n: number): Row => ({
  ...row,
  id: `${row.id}_${n.toString(36)}`,
  parent: row.key,
  n,
  fields: { ...row.fields, ...fields },
});

const refuseDuplicates = (copies: readonly Row[]): void => {
  const places = new Map<string, number>();
  for (const [index, { key }] of copies.entries()) {
    const first = places.get(key);
    if (first !== undefined) {
      const message = `copies ${first} and ${index} both have the key "${key}"; the template of key must tell them apart, for example with {{ _n }}`;
      throw new RowTransformError('duplicate-key', message);
    }
    places.set(key, index);
  }
};
