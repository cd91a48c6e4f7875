import { basename, relative } from 'node:path';
import { InputError } from '@batchmill/contracts';
import type { Fields, Json, Problem } from '@batchmill/contracts';
import { diskFile, readSource } from '@batchmill/dataset';
import type { SourceProblem, SourceRow } from '@batchmill/dataset';
import { digestsOf } from '../pipeline-input/digests.ts';
import { inputFiles } from '../pipeline-input/input-files.ts';
import { beginsWithList } from './begins-with-list.ts';
import { firstLines } from './first-lines.ts';

/** A file with results, by its content: JSONL as a provider writes it, or anything else that has to be turned into that. */
export type ResultFile = {
  /** For messages. */
  name: string;
  path: string;
  bytes: number;
  sha256: string;
  format: 'jsonl' | 'json';
  /** Its lines are as a provider writes them: it can be taken as it stands. */
  isWire: boolean;
};

/** Records that are looked at to see what a file holds. */
const LOOKED_AT = 100;

/** @throws InputError with every file that cannot be read or that holds no result */
export const readResultFiles = async (paths: readonly string[], cwd: string): Promise<ResultFile[]> => {
  const files: ResultFile[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    const name = relative(cwd, path) || basename(path);
    try {
      const file = await findResults(path, name);
      if (file === null) problems.push({ ...NO_RESULTS, place: { file: name } });
      else files.push(file);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return files;
};

/** null where none of its first records is a result. */
export const findResults = async (path: string, name: string): Promise<ResultFile | null> => {
  const [input] = await inputFiles([{ name, location: path, remedy: 'Give the path of a file with results' }]);
  if (input?.kind !== 'file') return null;
  const format = (await beginsWithList(path)) ? 'json' : 'jsonl';
  const file = { name, path, bytes: input.bytes, format } as const;
  const forms = new Set<'wire' | 'content'>();
  for await (const fields of firstRecords(file)) {
    const form = formOf(fields);
    if (form !== null) forms.add(form);
  }
  if (forms.size === 0) return null;
  const [digest] = await digestsOf([input], []);
  return { ...file, sha256: digest?.sha256 ?? '', isWire: format === 'jsonl' && !forms.has('content') };
};

async function* firstRecords(file: Pick<ResultFile, 'name' | 'path' | 'bytes' | 'format'>): AsyncGenerator<Fields> {
  if (file.format === 'jsonl') {
    for await (const line of firstLines(file.path, LOOKED_AT)) yield fieldsOf(line);
    return;
  }
  let left = LOOKED_AT;
  for await (const item of recordsOf(file)) {
    if (!('problem' in item)) yield item.fields;
    left -= 1;
    if (left === 0) return;
  }
}

const fieldsOf = (line: string): Fields => {
  try {
    const value = JSON.parse(line) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
};

/** The records of a file in order; of a file of lines those that cannot be read too. */
export const recordsOf = ({
  name,
  path,
  bytes,
  format,
}: Pick<ResultFile, 'name' | 'path' | 'bytes' | 'format'>): AsyncIterable<SourceRow | SourceProblem> =>
  readSource({ format, paths: [name], derive: [] }, [diskFile({ name, path, bytes })], { vars: {} });

/** What a provider answers, or `{custom_id, content}` as scripts keep it; null for anything else. */
export const formOf = (fields: Fields): 'wire' | 'content' | null => {
  if (typeof fields['custom_id'] !== 'string') return null;
  if (isObject(fields['response']) || isObject(fields['error'])) return 'wire';
  return Object.hasOwn(fields, 'content') ? 'content' : null;
};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const NO_RESULTS: Problem = {
  code: 'no-results',
  message: 'the file holds no result',
  expected:
    'lines {"custom_id": "…", "response": {…}} of a provider, or {"custom_id": "…", "content": "…"}, or a JSON array of such',
  remedy: 'Give the output and error files as they were downloaded',
};
