import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '@batchmill/contracts';
import { diskFile, openTable } from '@batchmill/dataset';
import type { Table, TableFormat } from '@batchmill/dataset';

/** A table and what messages call it. */
export type NamedTable = { file: string; table: Table };

/** What a path leads to: files by split, pairs of captions and series, or one file with both. */
export type QaFiles =
  | { kind: 'splits'; splits: Map<string, string[]> }
  | { kind: 'pairs'; pairs: { captions: string; series: string }[] }
  | { kind: 'file'; path: string };

/** @throws InputError where there is nothing that can be opened */
export const findQaFiles = async (path: string): Promise<QaFiles> => {
  const found = await stat(path).catch(() => null);
  if (found === null) throw nothing(path, 'there is no such file or folder');
  if (found.isFile()) {
    const split = splitNamed(basename(path));
    return split === undefined ? { kind: 'file', path } : { kind: 'splits', splits: new Map([[split, [path]]]) };
  }
  const names = await namesIn(path);
  const splits = splitsOf(names);
  if (splits.size > 0)
    return {
      kind: 'splits',
      splits: new Map([...splits].map(([name, files]) => [name, files.map((file) => join(path, file))])),
    };
  const pairs = pairsOf(path, names);
  if (pairs.length > 0) return { kind: 'pairs', pairs };
  const tables = names.filter((name) => formatOf(name) !== undefined);
  const [only] = tables;
  if (only === undefined || tables.length > 1)
    throw nothing(
      path,
      only === undefined
        ? 'the folder has no Parquet or CSV file'
        : `the folder has ${tables.length} files and says not which to open`,
    );
  return { kind: 'file', path: join(path, only) };
};

/** @throws InputError for a file that cannot be read */
export const openNamedTable = async (path: string): Promise<NamedTable> => {
  const file = basename(path);
  const { size } = await stat(path);
  return { file, table: await openTable(diskFile({ name: file, path, bytes: size }), formatOf(path) ?? 'parquet') };
};

const formatOf = (name: string): TableFormat | undefined =>
  name.endsWith('.parquet') ? 'parquet' : name.endsWith('.csv') ? 'csv' : undefined;

/** Files of the folder, and of its `data`, where the Hugging Face Hub has them. */
const namesIn = async (folder: string): Promise<string[]> => {
  const list = async (within: string): Promise<string[]> => {
    const entries = await readdir(join(folder, within), { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map(({ name }) => join(within, name));
  };
  return [...(await list('')), ...(await list('data'))].sort();
};

/** `train-00000.parquet`, `train-00000-of-00002.parquet` or `train.parquet`. */
const SPLIT_FILE = /^(?:(.+?)-\d{5,}(?:-of-\d{5,})?|(train|validation|val|test))\.parquet$/;

const splitNamed = (name: string): string | undefined => {
  const [, numbered, plain] = SPLIT_FILE.exec(name) ?? [];
  // so are the files called of a folder without splits
  return numbered === 'part' ? 'train' : (numbered ?? plain);
};

const splitsOf = (names: readonly string[]): Map<string, string[]> => {
  const splits = new Map<string, string[]>();
  for (const name of names) {
    const split = splitNamed(basename(name));
    if (split !== undefined) splits.set(split, [...(splits.get(split) ?? []), name]);
  }
  return new Map([...splits].sort(([a], [b]) => orderOf(a) - orderOf(b)));
};

const USUAL_ORDER = ['train', 'validation', 'val', 'test'];

const orderOf = (split: string): number => {
  const place = USUAL_ORDER.indexOf(split);
  return place === -1 ? USUAL_ORDER.length : place;
};

/** `m4_captions_Weekly.csv` belongs to `m4_series_Weekly.csv`. */
const CAPTIONS_FILE = /^m4_captions(.*)\.csv$/;
const SERIES_FILE = /^m4_series(.*)\.csv$/;

const pairsOf = (folder: string, names: readonly string[]): { captions: string; series: string }[] => {
  const [captions, series] = [CAPTIONS_FILE, SERIES_FILE].map(
    (pattern) =>
      new Map(
        names.flatMap((name) => {
          const ending = pattern.exec(name)?.[1];
          return ending === undefined ? [] : [[ending, name] as const];
        }),
      ),
  );
  if (captions === undefined || series === undefined) return [];
  const alone = [...captions, ...series].filter(([ending]) => !captions.has(ending) || !series.has(ending));
  if (alone.length > 0) throw new InputError(alone.map(([, name]) => withoutPair(name)));
  return [...captions].map(([ending, name]) => ({
    captions: join(folder, name),
    series: join(folder, series.get(ending) ?? ''),
  }));
};

const withoutPair = (file: string) => ({
  code: 'qa-pair',
  message: `${file} has no counterpart`,
  place: { file },
  expected: 'a file m4_captions….csv and a file m4_series….csv with the same ending',
  remedy: 'Put the other file beside it, or move this one away',
});

const nothing = (path: string, found: string): InputError =>
  new InputError([
    {
      code: 'qa-files',
      message: `${path} cannot be opened as questions and answers`,
      found,
      expected:
        'a folder with a Parquet file per split, a folder with m4_captions*.csv and m4_series*.csv, or a Parquet or CSV file with the columns Caption and Series',
    },
  ]);
