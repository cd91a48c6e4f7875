import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, Fields, Problem, Row } from '@batchmill/contracts';
import { KeyIndex } from '@batchmill/dataset';
import { fieldsNeeded } from '@batchmill/pipeline';
import { compileCondition, rowScope } from '@batchmill/templates';
import { alikeProblems } from './alike-problems.ts';
import type { ReadRows } from './read-rows.ts';
import { duplicateKey, nothingJoined, takenByTurns, tooManyInvalid, unknownInOutputs } from './survey-problems.ts';
import type { Missing } from './survey-problems.ts';

/** What a first pass over the whole input has found. */
export type Survey = { rows: number; rejected: number; bytes: number };

const SHOWN_PROBLEMS = 20;
/** Names of fields that are remembered; a table has a few, a map used as a row may have any number. */
const MOST_NAMES = 10_000;
/** A place is one number: the file's position times this, and the line. */
const FILE_STRIDE = 2 ** 40;

/**
 * Reads the whole input once before anything is written: counts rows, finds duplicate keys and fields that are missing.
 * Throws InputError where nothing may be submitted.
 */
export const surveySource = async (pipeline: CompiledPipeline, readRows: ReadRows): Promise<Survey> => {
  const seen = new KeyIndex();
  const needed = fieldsNeeded(pipeline).source.map(({ field, when }) => ({
    field,
    isNeeded: when === undefined ? () => true : compileCondition(when),
  }));
  const missing: Missing = new Map();
  const names = new Set<string>();
  const unknownTo = new Map<string, number>();
  const files: string[] = [];
  const duplicates: Problem[] = [];
  const unreadable = alikeProblems();
  let duplicateRows = 0;
  let incomplete = 0;
  const survey: Survey = { rows: 0, rejected: 0, bytes: 0 };

  for await (const read of readRows()) {
    survey.rows += 1;
    if (read.kind !== 'row') {
      survey.rejected += 1;
      if (read.kind === 'rejected') unreadable.add(read.problem);
      continue;
    }
    survey.bytes += read.bytes;
    if (!files.includes(read.file)) files.push(read.file);
    const first = seen.add(read.row.key, files.indexOf(read.file) * FILE_STRIDE + read.row.line);
    if (first !== null) {
      duplicateRows += 1;
      if (duplicates.length < SHOWN_PROBLEMS) duplicates.push(duplicateKey(read.file, read.row, placeOf(files, first)));
    }
    const { unjoined } = read;
    for (const path of unjoined ?? []) unknownTo.set(path, (unknownTo.get(path) ?? 0) + 1);
    // A joined field that is null because the other file does not know the row is as good as not there.
    const isThere = (name: string): boolean =>
      Object.hasOwn(read.row.fields, name) && (unjoined === undefined || read.row.fields[name] !== null);
    for (const name in read.row.fields) if (names.size < MOST_NAMES && isThere(name)) names.add(name);
    if (countMissing(read.row, isThere, pipeline, needed, missing)) incomplete += 1;
  }

  const problems = [...duplicates];
  if (duplicateRows > duplicates.length) {
    problems.push({ code: 'duplicate-key', message: `${duplicateRows} rows in all have a key that was seen before` });
  }
  if (survey.rejected + incomplete > pipeline.maxInvalid * survey.rows) {
    problems.push(...tooManyInvalid(pipeline, survey, incomplete, missing, names), ...unreadable.all());
  }
  problems.push(...takenByTurns(pipeline, names));
  if (names.size > 0 && names.size < MOST_NAMES) problems.push(...unknownInOutputs(pipeline, names));
  if (problems.length === 0) return survey;
  // Not a mistake of itself, but often the reason of the others.
  const usable = survey.rows - survey.rejected;
  problems.push(...[...unknownTo].filter(([, rows]) => rows === usable).map(([path]) => nothingJoined(path)));
  throw new InputError(problems);
};

const countMissing = (
  row: Row,
  isThere: (field: string) => boolean,
  { vars }: CompiledPipeline,
  needed: { field: string; isNeeded: (scope: Fields) => boolean }[],
  missing: Missing,
): boolean => {
  let incomplete = false;
  for (const { field, isNeeded } of needed) {
    if (isThere(field) || !isNeeded(rowScope(row, vars))) continue;
    incomplete = true;
    const known = missing.get(field);
    if (known === undefined) missing.set(field, { rows: 1, firstLine: row.line });
    else known.rows += 1;
  }
  return incomplete;
};

const placeOf = (files: string[], place: number): string => {
  const line = `line ${place % FILE_STRIDE}`;
  return files.length === 1 ? line : `${line} of ${files[Math.floor(place / FILE_STRIDE)] ?? ''}`;
};
