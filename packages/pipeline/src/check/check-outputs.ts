import type { Json } from '@batchmill/contracts';
import { checkSplit } from './check-split.ts';
import { formatOf } from '../definition/file-formats.ts';
import type { Finding } from '../problems/finding.ts';
import { childrenOf, isMap, valueAt } from '../values/json-values.ts';
import { formatPath } from '../values/path.ts';
import type { Path } from '../values/path.ts';

type JsonMap = { [key: string]: Json };

/** Written by every job, so that no output may have their names. */
const ALWAYS_WRITTEN = ['rejects.jsonl', 'report.json', 'report.html'];

/** Names of the output files, their formats, and what goes only with what. */
export const checkOutputs = (document: Json): Finding[] => {
  const output = valueAt(document, ['output']) ?? [];
  const outputs: [Path, Json][] = isMap(output)
    ? [[['output'], output]]
    : childrenOf(output).map(([index, one]) => [['output', index], one]);
  const taken: Taken[] = ALWAYS_WRITTEN.map((name) => ({ name, by: 'every job' }));
  return outputs.flatMap(([path, one]) =>
    isMap(one) ? [...checkOutput(one, path), ...checkTaken(one, path, taken)] : [],
  );
};

const checkOutput = (output: JsonMap, path: Path): Finding[] => {
  const { file, dir, format, split } = output;
  const found: Finding[] = [
    ...(split === undefined ? [] : checkSplit(split, [...path, 'split'])),
    ...checkContents(output, path),
  ];
  if (file === undefined && dir === undefined) {
    const lacks = [
      [...path, 'file'],
      [...path, 'dir'],
    ];
    return [...found, { code: 'missing', message: 'an output needs "file" or "dir"', path, lacks }];
  }
  if (file !== undefined && dir !== undefined) {
    found.push({
      code: 'conflict',
      message: 'an output has "file" or "dir", not both',
      path: [...path, 'dir'],
      part: 'key',
    });
  }
  if (dir !== undefined && format !== undefined && format !== 'parquet') {
    const remedy = 'Use "file", or format: parquet';
    found.push({
      code: 'conflict',
      message: '"dir" goes only with the format parquet',
      path: [...path, 'dir'],
      part: 'key',
      remedy,
    });
  }
  if (typeof file === 'string' && dir === undefined && format === undefined && formatOf(file) === undefined) {
    const at = [...path, 'format'];
    found.push({
      code: 'missing',
      message: `is missing, and the file name ${JSON.stringify(file)} does not tell it`,
      path: at,
      lacks: [at],
      expected: 'one of csv, json, jsonl, parquet',
    });
  }
  return [
    ...found,
    ...[
      file === undefined ? [] : checkName(file, [...path, 'file']),
      dir === undefined ? [] : checkName(dir, [...path, 'dir']),
    ].flat(),
  ];
};

/** What the rows of an output hold is said once; a card needs a folder. */
const checkContents = ({ columns, qa, card, dir }: JsonMap, path: Path): Finding[] => {
  const conflict = (key: string, message: string, remedy: string): Finding => ({
    code: 'conflict',
    message,
    path: [...path, key],
    part: 'key',
    remedy,
  });
  return [
    ...(columns === undefined || qa === undefined
      ? []
      : [conflict('qa', '"qa" and "columns" both name the columns', 'Keep one of them, or make two outputs')]),
    ...(card === undefined || dir !== undefined
      ? []
      : [conflict('card', 'a dataset card is written into a folder', 'Use "dir" instead of "file"')]),
  ];
};

const checkName = (name: Json, path: Path): Finding[] => {
  if (typeof name !== 'string') return [];
  const problem = wrongWith(name.replaceAll(/\{\{.*?\}\}|\{%.*?%\}/gs, 'x'));
  if (problem === undefined) return [];
  const expected = 'a name inside the output folder, such as "captions.csv"';
  return [{ code: 'bad-file-name', message: problem, path, found: JSON.stringify(name), expected }];
};

const wrongWith = (name: string): string | undefined => {
  if (name.trim() === '') return 'the name is empty';
  if (/^[/\\~]|^[A-Za-z]:/.test(name)) return 'an output is never written to an absolute path';
  if (/\\|\p{Cc}/u.test(name)) return 'the name has a character that no file name should have';
  const parts = name.split('/');
  if (parts.includes('..')) return 'an output is never written outside of the output folder';
  return parts.includes('') || parts.includes('.') ? 'the name has an empty part' : undefined;
};

type Taken = { name: string; by: string };

const checkTaken = (output: JsonMap, path: Path, taken: Taken[]): Finding[] => {
  const key = output['file'] === undefined ? 'dir' : 'file';
  const given = output[key];
  if (typeof given !== 'string') return [];
  const names = key === 'file' && isMap(output['split']) ? splitNames(given, Object.keys(output['split'])) : [given];
  const clashes = names.flatMap((name) => {
    const other = taken.find((one) => isSame(one.name.toLowerCase(), name.toLowerCase()));
    return other === undefined ? [] : [{ name, by: other.by }];
  });
  taken.push(...names.map((name) => ({ name, by: formatPath(path) })));
  return clashes.slice(0, 1).map(({ name, by }) => ({
    code: 'duplicate-file',
    message: `${JSON.stringify(name)} is already written by ${by}`,
    path: [...path, key],
    remedy: 'Choose another name',
  }));
};

/** A file and a folder cannot share a name either. Compared without case: on some file systems `A.csv` is `a.csv`. */
const isSame = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);

/** `captions.csv` becomes `captions-train.csv` and so on. */
const splitNames = (file: string, keys: string[]): string[] =>
  keys
    .filter((name) => name !== 'seed' && name !== 'method')
    .map((name) => file.replace(/(\.[^./]*)?$/, (ending) => `-${name}${ending}`));
