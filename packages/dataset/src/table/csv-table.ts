import { InputError } from '@batchmill/contracts';
import type { Fields, Problem } from '@batchmill/contracts';
import { bytesFile } from '../read/bytes-file.ts';
import { readCsvRecords } from '../read/csv-records.ts';
import { readCsv } from '../read/read-csv.ts';
import type { SourceFile } from '../read/source-file.ts';
import { checkPosition } from './table.ts';
import type { RowsByPosition } from './table.ts';

const PROBLEMS_SHOWN = 20;

/**
 * The rows of a CSV file by position, all values text. Reads the file once to learn where its records are, and holds
 * 8 bytes a row.
 * @throws InputError for a file that cannot be read, or records in it that cannot
 */
export const openCsvTable = async (file: SourceFile): Promise<RowsByPosition> => {
  const { columns, ends } = await indexOf(file, await markBytes(file));
  const header = await bytesOf(file, 0, ends[0] ?? 0);
  const rows = Math.max(0, ends.length - 1);
  return {
    columns,
    rows,
    row: async (position) => {
      checkPosition(position, rows);
      const record = await bytesOf(file, ends[position] ?? 0, ends[position + 1] ?? 0);
      return fieldsOf(bytesFile(file.name, Buffer.concat([header, record])));
    },
  };
};

/** Where the header and each record end, in bytes. */
const indexOf = async (file: SourceFile, textStart: number): Promise<{ columns: string[]; ends: number[] }> => {
  const ends: number[] = [];
  const problems: Problem[] = [];
  let columns: string[] = [];
  for await (const batch of readCsvRecords(file)) {
    for (const record of batch) {
      if ('problem' in record) {
        problems.push(record.problem);
        continue;
      }
      if (ends.length === 0) columns = record.cells.map((cell) => cell.trim());
      ends.push(textStart + record.end);
    }
  }
  if (problems.length > 0) throw new InputError(problems.slice(0, PROBLEMS_SHOWN));
  return { columns, ends };
};

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

const markBytes = async (file: SourceFile): Promise<number> =>
  (await bytesOf(file, 0, BYTE_ORDER_MARK.length)).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;

const fieldsOf = async (file: SourceFile): Promise<Fields> => {
  for await (const records of readCsv(file)) {
    for (const record of records) {
      if ('problem' in record) throw new InputError([record.problem]);
      return record.value as Fields;
    }
  }
  return {};
};

const bytesOf = async (file: SourceFile, start: number, end: number): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(file.open({ start, end })));
