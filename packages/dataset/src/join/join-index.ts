import { InputError } from '@batchmill/contracts';
import type { Fields, Join, Json, Problem } from '@batchmill/contracts';
import { KeyIndex } from '../key-index.ts';
import { readSource } from '../read/read-source.ts';
import type { SourceFile, SourceRow } from '../read/source-file.ts';
import { ambiguousKey, badKey, missingColumn, moreProblems } from './join-problems.ts';
import { TextStore } from '../text-store.ts';

/** The wanted fields of a joined file, by key. */
export type JoinIndex = Disposable & {
  /** The fields of the record with this key, by the names they get in a row; null where there is none. */
  find(key: string): Fields | null;
  /** Every field that is joined, by the name it gets. */
  names: readonly string[];
};

const SHOWN_PROBLEMS = 20;
/** Names of fields that are remembered where all are joined; a table has a few. */
const MOST_NAMES = 10_000;

type Stored = [line: number, fields: Fields];

/**
 * Reads a joined file once. Memory: 40 to 80 bytes a record and 4 MiB of values; the other values stand in a temporary file.
 * @throws InputError with what is wrong in the file: unreadable records, records without the key, keys that stand twice
 */
export const openJoin = async (join: Join, file: SourceFile): Promise<JoinIndex> => {
  const places = new KeyIndex();
  const store = new TextStore();
  try {
    const { names, problems } = await readInto(places, store, join, file);
    if (problems.length > 0) throw new InputError(problems);
    return {
      names,
      find: (key) => {
        const place = places.find(key);
        return place === null ? null : (JSON.parse(store.read(place)) as Stored)[1];
      },
      [Symbol.dispose]: () => store[Symbol.dispose](),
    };
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
};

const readInto = async (
  places: KeyIndex,
  store: TextStore,
  join: Join,
  file: SourceFile,
): Promise<{ names: string[]; problems: Problem[] }> => {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  let found = 0;
  const report = (problem: Problem): void => {
    found += 1;
    if (problems.length < SHOWN_PROBLEMS) problems.push(problem);
  };
  const source = { format: join.format, paths: [file.name], derive: [] };
  for await (const item of readSource(source, [file], { vars: {} })) {
    if ('problem' in item) {
      report(item.problem);
      continue;
    }
    for (const name in item.fields) if (seen.size < MOST_NAMES) seen.add(name);
    const key = keyOf(item.fields, join.key);
    if (key === null) {
      // A column that no record has is told once.
      if (seen.has(join.key)) report(badKey(item, join.key));
      continue;
    }
    const first = places.add(key, nextPlace(store, item, picked(item.fields, join)));
    if (first !== null) report(ambiguousKey(item, key, (JSON.parse(store.read(first)) as Stored)[0]));
  }
  const wanted = [join.key, ...Object.values(join.fields ?? {})];
  const missing = seen.size === 0 ? [] : wanted.filter((name) => !seen.has(name));
  const names = join.fields === undefined ? [...seen].filter((name) => name !== join.key) : Object.keys(join.fields);
  return {
    names,
    problems: [
      ...missing.map((name) => missingColumn(file, name, seen)),
      ...problems,
      ...(found > problems.length ? [moreProblems(file, found)] : []),
    ],
  };
};

const nextPlace = (store: TextStore, { line }: SourceRow, fields: Fields): number =>
  store.add(JSON.stringify([line, fields] satisfies Stored));

const picked = (fields: Fields, { key, fields: wanted }: Join): Fields => {
  if (wanted === undefined) {
    const { [key]: _key, ...others } = fields;
    return others;
  }
  return Object.fromEntries(
    Object.entries(wanted).map(([name, from]) => [name, Object.hasOwn(fields, from) ? (fields[from] ?? null) : null]),
  );
};

/** As a template shows it, so that the number 7 here is the text "7" there. */
const keyOf = (fields: Fields, name: string): string | null => {
  const value: Json = Object.hasOwn(fields, name) ? (fields[name] ?? null) : null;
  return value === null || typeof value === 'object' || value === '' ? null : String(value);
};
