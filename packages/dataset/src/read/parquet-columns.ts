import type { Fields } from '@batchmill/contracts';
import { parquetScan } from 'hyparquet';
import type { ParquetParsers, ParquetScanOptions } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ParquetFile } from './parquet-file.ts';
import { toJsonValue, valueRules } from './parquet-values.ts';

/** Rows from `rowStart` up to but without `rowEnd`, counted over the whole file. */
type Range = { rowStart: number; rowEnd: number };
/** Values of a column, and the number of the row that the first of them belongs to. */
type ColumnValues = { name: string; firstRow: number; values: ArrayLike<unknown> };
export type Slice = Range & { columns: readonly ColumnValues[] };

const PARSERS: Partial<ParquetParsers> = {
  dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  // The library's own decoder takes a byte order mark off the start of a text.
  stringFromBytes: ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString('utf8'),
};

/** Values of these columns in a range of rows. */
export const readColumns = async (
  parquet: ParquetFile,
  names: readonly string[],
  range: Range,
): Promise<ColumnValues[]> => {
  const { buffer, metadata, reading } = parquet;
  const part = `row group with rows ${range.rowStart + 1} to ${range.rowEnd}`;
  const options = { file: buffer, metadata, compressors, parsers: PARSERS, utf8: false, geoparquet: false, ...range };
  const columns: ColumnValues[] = [];
  for (const name of names) {
    columns.push({ name, firstRow: range.rowStart, values: await reading(part, readColumn(options, name)) });
  }
  return columns;
};

const readColumn = async (options: ParquetScanOptions & Range, column: string): Promise<ArrayLike<unknown>> => {
  const { rowStart, rowEnd } = options;
  // A scan keeps what it read last; a new one keeps nothing.
  const scan = await parquetScan(options);
  const values = await scan.readColumn({ column, rowStart, rowEnd });
  if (values.length === rowEnd - rowStart) return values;
  throw new Error(`the column "${column}" has ${values.length} values there`);
};

/** Makes the fields of a row of a slice. */
export const rowMaker = ({ metadata, columns: names }: ParquetFile): ((slice: Slice, row: number) => Fields) => {
  const rules = valueRules(metadata);
  return ({ columns }, row) => {
    const fields: Fields = Object.fromEntries(names.map((name) => [name, null]));
    for (const { name, firstRow, values } of columns)
      fields[name] = toJsonValue(values[row - firstRow], rules.get(name));
    return fields;
  };
};
