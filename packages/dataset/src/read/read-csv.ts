import { InputError, RESERVED_FIELDS } from '@batchmill/contracts';
import type { Fields, Problem } from '@batchmill/contracts';
import { readCsvRecords } from './csv-records.ts';
import type { CsvRecord } from './csv-records.ts';
import type { SourceFile, SourceRecord } from './source-file.ts';

/**
 * A header and records of as many cells. Every value stays the text it is: "42" is not made a number, nor "" null.
 * @throws InputError for a header that cannot name fields and for quotes that cannot be followed
 */
export async function* readCsv(file: SourceFile): AsyncGenerator<SourceRecord[]> {
  let names: string[] | undefined;
  for await (const batch of readCsvRecords(file)) {
    const records = names === undefined ? batch.slice(1) : batch;
    names ??= fieldNames(file, batch[0]);
    const header = names;
    yield records.map((record) => toSourceRecord(file, header, record));
  }
}

const fieldNames = (file: SourceFile, record: CsvRecord | undefined): string[] => {
  if (record === undefined) return [];
  if ('problem' in record) throw new InputError([record.problem]);
  const names = record.cells.map((cell) => cell.trim());
  const problems = headerProblems(names).map((problem) => ({
    ...problem,
    place: { file: file.name, line: record.line },
  }));
  if (problems.length > 0) throw new InputError(problems);
  return names;
};

const headerProblems = (names: readonly string[]): Problem[] => {
  const columnsOf = new Map<string, number[]>();
  names.forEach((name, i) => columnsOf.set(name, [...(columnsOf.get(name) ?? []), i + 1]));
  return [...columnsOf].flatMap(([name, columns]): Problem[] => {
    if (name === '') return columns.map(namelessColumn);
    if (isReserved(name)) return [reservedColumn(name)];
    return columns.length > 1 ? [repeatedColumn(name, columns)] : [];
  });
};

const isReserved = (name: string): boolean => name === '__proto__' || RESERVED_FIELDS.some((field) => field === name);

const namelessColumn = (column: number): Problem => ({
  code: 'csv-header',
  message: `column ${column} has no name in the header`,
  expected: 'a name for every column',
  remedy: `Give column ${column} a name (pandas writes such a column for its index: to_csv(…, index=False) leaves it out)`,
});

const repeatedColumn = (name: string, columns: readonly number[]): Problem => ({
  code: 'csv-header',
  message: `the name "${name}" stands over columns ${columns.join(' and ')}`,
  expected: 'each name once',
  remedy: 'Rename all but one of them',
});

const reservedColumn = (name: string): Problem => ({
  code: 'reserved-field',
  message: `a column is named "${name}", which the system sets itself`,
  remedy: 'Rename the column',
});

const toSourceRecord = (file: SourceFile, names: readonly string[], record: CsvRecord): SourceRecord => {
  if ('problem' in record) return record;
  const { line, cells } = record;
  if (cells.length !== names.length) return { line, problem: wrongCellCount(file, line, names.length, cells.length) };
  const value: Fields = {};
  for (let i = 0; i < names.length; i += 1) value[names[i] ?? ''] = cells[i] ?? '';
  return { line, value };
};

const wrongCellCount = (file: SourceFile, line: number, expected: number, found: number): Problem => ({
  code: 'csv-cells',
  message: `the record has ${found > expected ? 'more' : 'fewer'} cells than the header`,
  place: { file: file.name, line },
  found: `${found} ${found === 1 ? 'cell' : 'cells'}`,
  expected: `${expected}`,
  remedy:
    found > expected
      ? 'Put a cell that holds a delimiter in quotes'
      : 'Write a delimiter for every empty cell, or get the file again if its end is missing',
});
