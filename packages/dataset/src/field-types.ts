import type { Fields, FieldTypes, Json, Problem } from '@batchmill/contracts';

/**
 * What a field holds over all rows: `null boolean integer double string json`, or `list<…>` of one of them.
 * Where rows disagree (a number here, text there) it is a union such as `double|string`, which no typed file can hold.
 */
export type ColumnType = string;

/** Widens `types` in place by the values of one row. */
export const observeTypes = (types: FieldTypes, fields: Fields): void => {
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(types, name)) types[name] = typeOf(value);
    else if (types[name] !== 'json') types[name] = widen(types[name] ?? 'null', typeOf(value));
  }
};

/** The narrowest type of a value. Integers beyond 2^53 are doubles; objects and lists that hold them are `json`. */
export const typeOf = (value: Json): ColumnType => {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : Number.isNaN(value) ? 'null' : 'double';
    case 'string':
      return 'string';
    default:
      if (value === null) return 'null';
      return Array.isArray(value) ? typeOfList(value) : 'json';
  }
};

/**
 * The type that holds both. `null` gives way, an integer becomes a double, `json` takes anything,
 * lists of different things become `json`; anything else is a union.
 */
export const widen = (a: ColumnType, b: ColumnType): ColumnType => {
  if (a === b || b === 'null') return a;
  if (a === 'null') return b;
  if (a === 'json' || b === 'json') return 'json';
  const members = [...a.split('|'), ...b.split('|')];
  const lists = members.filter(isList);
  const list = lists.length === 0 ? [] : [lists.reduce(widenLists)];
  if (list[0] === 'json') return 'json';
  const scalars = new Set(members.filter((member) => !isList(member)));
  if (scalars.has('double')) scalars.delete('integer');
  return [...scalars, ...list].sort().join('|');
};

/** The type of a list whose items are of these types. */
export const listTypeOf = (items: readonly ColumnType[]): ColumnType => listOf(items.reduce(widen, 'null'));

/** What a list type holds, or undefined for a type that is no list. */
export const elementOf = (type: ColumnType): ColumnType | undefined =>
  isList(type) && !isUnion(type) ? type.slice('list<'.length, -1) : undefined;

export const isUnion = (type: ColumnType): boolean => type.includes('|');

/**
 * The types over all shards. A field whose rows disagree is given as `json`, and the conflict says which
 * shards hold what: an output without types can go on, one with types must refuse.
 */
export const mergeTypes = (
  maps: readonly { name: string; types: FieldTypes }[],
): { types: FieldTypes; conflicts: Problem[] } => {
  const types: FieldTypes = {};
  for (const map of maps) {
    for (const [field, type] of Object.entries(map.types)) {
      types[field] = Object.hasOwn(types, field) ? widen(types[field] ?? 'null', type) : type;
    }
  }
  const conflicting = Object.keys(types).filter((field) => isUnion(types[field] ?? ''));
  const conflicts = conflicting.map((field) => conflictOf(field, maps));
  for (const field of conflicting) types[field] = 'json';
  return { types, conflicts };
};

const typeOfList = (list: readonly Json[]): ColumnType => {
  let element: ColumnType = 'null';
  for (const item of list) {
    element = widen(element, typeOf(item));
    if (element === 'json' || isUnion(element)) return 'json';
  }
  return listOf(element);
};

const isList = (type: ColumnType): boolean => type.startsWith('list<');

const widenLists = (a: ColumnType, b: ColumnType): ColumnType =>
  a === 'json' || b === 'json' ? 'json' : listOf(widen(elementOf(a) ?? 'null', elementOf(b) ?? 'null'));

const listOf = (element: ColumnType): ColumnType =>
  element === 'json' || isUnion(element) ? 'json' : `list<${element}>`;

const NAMES_SHOWN = 5;

const conflictOf = (field: string, maps: readonly { name: string; types: FieldTypes }[]): Problem => {
  const holders = new Map<ColumnType, string[]>();
  for (const { name, types } of maps) {
    const type = Object.hasOwn(types, field) ? (types[field] ?? 'null') : 'null';
    if (type !== 'null') holders.set(type, [...(holders.get(type) ?? []), name]);
  }
  const found = [...holders].map(([type, names]) => `${type.replaceAll('|', ' and ')} in ${listed(names)}`);
  return {
    code: 'type-conflict',
    message: `the field "${field}" holds values of different types`,
    place: { path: field },
    found: found.join(', '),
    expected: 'one type in all rows',
    remedy: `Leave the field out of \`columns\`, make it text with a template such as "{{ ${field} | json }}", or write JSONL`,
  };
};

const listed = (names: readonly string[]): string =>
  names.length <= NAMES_SHOWN
    ? names.join(', ')
    : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`;
