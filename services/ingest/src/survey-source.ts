import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, Fields, Problem, Row } from '@batchmill/contracts';
import { fieldsNeeded } from '@batchmill/pipeline';
import { compileCondition, rowScope } from '@batchmill/templates';
import { KeyIndex } from './key-index.ts';
import type { ReadRows } from './read-rows.ts';

/** What a first pass over the whole input has found. */
export type Survey = { rows: number; rejected: number; bytes: number };

const SHOWN_PROBLEMS = 20;
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
  const missing = new Map<string, { rows: number; firstLine: number }>();
  const files: string[] = [];
  const duplicates: Problem[] = [];
  const unreadable: Problem[] = [];
  let duplicateRows = 0;
  let incomplete = 0;
  const survey: Survey = { rows: 0, rejected: 0, bytes: 0 };

  for await (const read of readRows()) {
    survey.rows += 1;
    if (read.kind === 'rejected') {
      survey.rejected += 1;
      if (unreadable.length < SHOWN_PROBLEMS) unreadable.push(read.problem);
      continue;
    }
    survey.bytes += read.bytes;
    if (!files.includes(read.file)) files.push(read.file);
    const first = seen.add(read.row.key, files.indexOf(read.file) * FILE_STRIDE + read.row.line);
    if (first !== null) {
      duplicateRows += 1;
      if (duplicates.length < SHOWN_PROBLEMS) duplicates.push(duplicateKey(read.file, read.row, placeOf(files, first)));
    }
    if (countMissing(read.row, pipeline, needed, missing)) incomplete += 1;
  }

  const problems = [...duplicates];
  if (duplicateRows > duplicates.length) {
    problems.push({ code: 'duplicate-key', message: `${duplicateRows} rows in all have a key that was seen before` });
  }
  if (survey.rejected + incomplete > pipeline.maxInvalid * survey.rows) {
    problems.push(...tooManyInvalid(pipeline, survey, incomplete, missing), ...unreadable);
  }
  if (problems.length > 0) throw new InputError(problems);
  return survey;
};

const countMissing = (
  row: Row,
  { vars }: CompiledPipeline,
  needed: { field: string; isNeeded: (scope: Fields) => boolean }[],
  missing: Map<string, { rows: number; firstLine: number }>,
): boolean => {
  let incomplete = false;
  for (const { field, isNeeded } of needed) {
    if (Object.hasOwn(row.fields, field) || !isNeeded(rowScope(row, vars))) continue;
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

const duplicateKey = (file: string, row: Row, first: string): Problem => ({
  code: 'duplicate-key',
  message: `the key stands on ${first} already`,
  place: { file, line: row.line, row: row.key },
  expected: 'a key that is unique over the input',
  remedy: 'Choose a `key` that tells the rows apart, or remove one of the two',
});

const tooManyInvalid = (
  pipeline: CompiledPipeline,
  survey: Survey,
  incomplete: number,
  missing: Map<string, { rows: number; firstLine: number }>,
): Problem[] => {
  const share = `${Math.round(pipeline.maxInvalid * 1000) / 10} %`;
  const invalid = survey.rejected + incomplete;
  return [
    {
      code: 'too-many-invalid',
      message: `${invalid} of ${survey.rows} rows cannot be used; nothing was submitted`,
      expected: `at most ${share} (max_invalid)`,
      remedy: 'Correct the input or the field names, or raise `max_invalid`',
    },
    ...[...missing].map(([field, { rows, firstLine }]): Problem => ({
      code: 'missing-field',
      message: `field "${field}" is missing in ${rows} of ${survey.rows} rows, first on line ${firstLine}`,
      remedy: `Give the rows a "${field}", or use \`{{ ${field} | default: "" }}\` in the templates`,
    })),
  ];
};
