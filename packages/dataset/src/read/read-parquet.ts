import type { Fields } from '@batchmill/contracts';
import type { RowGroup } from 'hyparquet';
import { readColumns, rowMaker } from './parquet-columns.ts';
import type { Slice } from './parquet-columns.ts';
import { openParquet } from './parquet-file.ts';
import type { ParquetFile } from './parquet-file.ts';
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

const toRecord = (file: SourceFile, row: number, fields: () => Fields): SourceRecord => {
  const line = row + 1;
  try {
    return { line, value: fields() };
  } catch (error) {
    const message = `the row cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { line, problem: { code: 'parquet-value', message, place: { file: file.name, line } } };
  }
};
