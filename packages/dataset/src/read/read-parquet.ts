import type { Fields } from '@batchmill/contracts';
import { parquetScan } from 'hyparquet';
import type { ParquetParsers, ParquetScanOptions, RowGroup } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { openParquet } from './parquet-file.ts';
import type { ParquetFile } from './parquet-file.ts';
import { toJsonValue, valueRules } from './parquet-values.ts';
import type { SourceFile, SourceRecord } from './source-file.ts';

/** A row group larger than this (uncompressed) is read in slices, of which there are not more than MAX_SLICES. */
const SLICE_BYTES = 16 * 1024 * 1024;
const MAX_SLICES = 16;
const BATCH_ROWS = 1000;

/**
 * The rows of a Parquet file, row group by row group, and large groups slice by slice.
 * Timestamps become ISO text, dates `YYYY-MM-DD`, decimals numbers, NaN null, bytes text where they are UTF-8 and
 * base64 elsewhere; an integer beyond 2^53 becomes text, and so does its column where the file tells its range.
 */
export async function* readParquet(file: SourceFile): AsyncGenerator<SourceRecord[]> {
  const parquet = await openParquet(file);
  const toFields = rowMaker(parquet);
  let groupStart = 0;
  for (const group of parquet.metadata.row_groups) {
    for await (const slice of slicesOf(parquet, group, groupStart)) {
      for (let start = slice.rowStart; start < slice.rowEnd; start += BATCH_ROWS) {
        const length = Math.min(BATCH_ROWS, slice.rowEnd - start);
        yield Array.from({ length }, (_, i) => toRecord(file, start + i, () => toFields(slice, start + i)));
      }
    }
    groupStart += Number(group.num_rows);
  }
}

type Range = { rowStart: number; rowEnd: number };
/** Values of a column, and the number of the row that the first of them belongs to. */
type ColumnValues = { name: string; firstRow: number; values: ArrayLike<unknown> };
type Slice = Range & { columns: readonly ColumnValues[] };

async function* slicesOf(parquet: ParquetFile, group: RowGroup, groupStart: number): AsyncGenerator<Slice> {
  const groupEnd = groupStart + Number(group.num_rows);
  const { columns: names } = parquet;
  const slices = Math.min(MAX_SLICES, Math.max(1, Math.ceil(Number(group.total_byte_size) / SLICE_BYTES)));
  const rows = Math.max(1, Math.ceil(Number(group.num_rows) / slices));
  // Each slice of such a column would decode it from its start.
  const indivisible = new Set(slices === 1 ? [] : names.filter((name) => !isDivisible(group, name)));
  const whole = await readColumns(parquet, [...indivisible], { rowStart: groupStart, rowEnd: groupEnd });
  const divisible = names.filter((name) => !indivisible.has(name));
  for (let rowStart = groupStart; rowStart < groupEnd; rowStart += rows) {
    const range = { rowStart, rowEnd: Math.min(groupEnd, rowStart + rows) };
    yield { ...range, columns: [...whole, ...(await readColumns(parquet, divisible, range))] };
  }
}

/** Whether pages outside a range of rows can be left out: always in a flat column, in a nested one by its index. */
const isDivisible = (group: RowGroup, name: string): boolean =>
  group.columns
    .filter(({ meta_data }) => meta_data?.path_in_schema[0] === name)
    .every(
      ({ meta_data, offset_index_offset }) =>
        meta_data?.path_in_schema.length === 1 || offset_index_offset !== undefined,
    );

const PARSERS: Partial<ParquetParsers> = {
  dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  // The library's own decoder takes a byte order mark off the start of a text.
  stringFromBytes: ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString('utf8'),
};

const readColumns = async (parquet: ParquetFile, names: readonly string[], range: Range): Promise<ColumnValues[]> => {
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

const rowMaker = ({ metadata, columns: names }: ParquetFile): ((slice: Slice, row: number) => Fields) => {
  const rules = valueRules(metadata);
  return ({ columns }, row) => {
    const fields: Fields = Object.fromEntries(names.map((name) => [name, null]));
    for (const { name, firstRow, values } of columns)
      fields[name] = toJsonValue(values[row - firstRow], rules.get(name));
    return fields;
  };
};

const toRecord = (file: SourceFile, row: number, fields: () => Fields): SourceRecord => {
  const line = row + 1;
  try {
    return { line, value: fields() };
  } catch (error) {
    const message = `the row cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { line, problem: { code: 'parquet-value', message, place: { file: file.name, line } } };
  }
};
