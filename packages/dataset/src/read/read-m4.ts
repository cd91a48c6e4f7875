import type { Fields, Json, Problem } from '@batchmill/contracts';
import { readCsvRecords } from './csv-records.ts';
import type { CsvRecord } from './csv-records.ts';
import { refuseFile } from './refuse-file.ts';
import type { SourceFile, SourceRecord } from './source-file.ts';

/**
 * The wide CSV of the M4 competition: a header, then per line an id and its observations, padded with empty cells.
 * Fields: `series_id`, `series` (numbers; null for a gap inside), `frequency` (a name such as Hourly, or null).
 */
export async function* readM4(file: SourceFile): AsyncGenerator<SourceRecord[]> {
  let header: string[] | undefined;
  for await (const batch of readCsvRecords(file)) {
    const records = header === undefined ? batch.slice(1) : batch;
    header ??= headerCells(file, batch[0]);
    const names = header;
    yield records.map((record) => toSeries(file, names, record));
  }
}

const FREQUENCIES = ['Yearly', 'Quarterly', 'Monthly', 'Weekly', 'Daily', 'Hourly'] as const;

/** From the file's name, else from an id such as `H12`, else null. */
export const frequencyOf = (fileName: string, seriesId: string): string | null => {
  const base = fileName.slice(fileName.lastIndexOf('/') + 1).toLowerCase();
  const byName = FREQUENCIES.find((frequency) => base.includes(frequency.toLowerCase()));
  if (byName !== undefined) return byName;
  const letter = M4_ID.exec(seriesId)?.[1];
  return FREQUENCIES.find((frequency) => frequency[0] === letter) ?? null;
};

const M4_ID = /^([YQMWDH])\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const GAP = /^(?:nan|na)?$/i;

const headerCells = (file: SourceFile, record: CsvRecord | undefined): string[] => {
  if (record === undefined || 'problem' in record) return [];
  const [id = '', ...rest] = record.cells;
  if (M4_ID.test(id) && rest.every((cell) => GAP.test(cell) || NUMBER.test(cell))) {
    throw refuseFile(file, record.line, {
      code: 'm4-header',
      message: 'the first line is a series, not a header',
      found: `the id ${id}`,
      expected: 'a line that names the columns, such as "V1","V2","V3"',
      remedy: 'Add a header; without one the first series would be lost',
    });
  }
  return record.cells;
};

const toSeries = (file: SourceFile, header: readonly string[], record: CsvRecord): SourceRecord => {
  if ('problem' in record) return record;
  const { line, cells } = record;
  const id = (cells[0] ?? '').trim();
  const refuse = (problem: Omit<Problem, 'place'>): SourceRecord => ({
    line,
    problem: { ...problem, place: { file: file.name, line, ...(id === '' ? {} : { row: id }) } },
  });
  if (id === '') return refuse(NO_ID);
  if (cells.length > header.length && header.length > 0) return refuse(tooManyCells(cells.length, header.length));

  const series: Json[] = [];
  let length = 0;
  for (let i = 1; i < cells.length; i += 1) {
    const cell = (cells[i] ?? '').trim();
    const value = GAP.test(cell) ? null : NUMBER.test(cell) ? Number(cell) : Number.NaN;
    if (value !== null && !Number.isFinite(value)) return refuse(notANumber(cell, header[i] ?? '', i + 1));
    series.push(value);
    if (value !== null) length = series.length;
  }
  series.length = length;
  const value: Fields = { series_id: id, series, frequency: frequencyOf(file.name, id) };
  return { line, value };
};

const NO_ID: Problem = {
  code: 'm4-id',
  message: 'the first cell is empty',
  expected: 'the id of the series',
  remedy: 'Give the series an id or remove the line',
};

const tooManyCells = (found: number, expected: number): Problem => ({
  code: 'csv-cells',
  message: 'the series has more cells than the header',
  found: `${found} cells`,
  expected: `at most ${expected}`,
  remedy: 'Write a header as wide as the longest series',
});

const notANumber = (cell: string, column: string, number: number): Problem => ({
  code: 'm4-value',
  message: `column ${number}${column === '' ? '' : ` ("${column}")`} holds no finite number`,
  found: JSON.stringify(cell.slice(0, 40)),
  expected: 'a number such as 605 or 6790.64; an empty cell, NaN or NA for a gap',
  remedy: 'Correct the cell, or empty it to make it a gap',
});
