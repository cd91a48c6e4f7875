import { RESERVED_FIELDS } from '@batchmill/contracts';
import type { Fields, Json, Problem, Source } from '@batchmill/contracts';
import { compileDerive } from './derive-fields.ts';
import type { Joined, JoinRow } from './join-row.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readJsonl } from './read-jsonl.ts';
import { readM4 } from './read-m4.ts';
import { readParquet } from './read-parquet.ts';
import type { FormatReader, SourceFile, SourceProblem, SourceRow } from './source-file.ts';

export const READERS: Record<Source['format'], FormatReader> = {
  csv: readCsv,
  json: readJson,
  jsonl: readJsonl,
  parquet: readParquet,
  m4: readM4,
};

/**
 * The rows of all files in order, wrapped, joined and with their derived fields, and the records that cannot be used.
 * What depends on the keys of rows is left to the caller: `keys`, `fromKey`, and with one of them `limit`, which else counts
 * rows that can be used.
 * @throws InputError where a file cannot be read on, or a template of `derive` is none
 */
export async function* readSource(
  source: Source,
  files: readonly SourceFile[],
  options: { vars: Fields; join?: JoinRow | undefined },
): AsyncGenerator<SourceRow | SourceProblem> {
  const derive = compileDerive(source.derive, options.vars);
  const { join } = options;
  if (join === undefined && (source.joins ?? []).length > 0) throw new Error('the joined files are not open');
  const isSelected = source.fromKey !== undefined || source.keys !== undefined;
  const limit = isSelected ? Infinity : (source.limit ?? Infinity);
  let rows = 0;
  if (limit === 0) return;
  for (const file of files) {
    for await (const records of READERS[source.format](file)) {
      for (const record of records) {
        const item = 'problem' in record ? record : toFields(record.value, source.wrap);
        const place = { file: file.name, line: record.line };
        const joined: Joined = 'problem' in item || join === undefined ? item : join(item.fields, place);
        const result = 'problem' in joined ? joined : derive(joined.fields, place);
        if ('problem' in result) {
          const problem = { ...result.problem, place: { ...place, ...result.problem.place } };
          yield 'problem' in item ? { ...place, problem } : { ...place, problem, record: item.fields };
          continue;
        }
        yield { ...joined, ...place, fields: result.fields };
        rows += 1;
        if (rows === limit) return;
      }
    }
  }
}

const toFields = (value: Json, wrap: string | undefined): { fields: Fields } | { problem: Problem } => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrap === undefined ? { problem: noObject(value) } : { fields: { [wrap]: value } };
  }
  const reserved = REFUSED_NAMES.find((name) => Object.hasOwn(value, name));
  return reserved === undefined ? { fields: value } : { problem: reservedField(reserved) };
};

/** `__proto__` cannot be assigned to an object like another name. */
const REFUSED_NAMES: readonly string[] = [...RESERVED_FIELDS, '__proto__'];

const noObject = (value: Json): Problem => ({
  code: 'no-object',
  message: 'the record is no object with fields',
  found: Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`,
  expected: 'an object such as {"id": 1, "text": "…"}',
  remedy: 'Set `wrap` of the source to the name of a field that takes such a record whole',
});

const reservedField = (name: string): Problem => ({
  code: 'reserved-field',
  message: `the record has a field "${name}", which the system sets itself`,
  remedy: 'Rename the field',
});
