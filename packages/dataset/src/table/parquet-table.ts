import { readColumns, rowMaker } from '../read/parquet-columns.ts';
import type { Slice } from '../read/parquet-columns.ts';
import { openParquet } from '../read/parquet-file.ts';
import type { SourceFile } from '../read/source-file.ts';
import { checkPosition } from './table.ts';
import type { RowsByPosition } from './table.ts';

/** Uncompressed; the row group that was asked for last is held however large it is. */
const HELD_BYTES = 32 * 1024 * 1024;

/**
 * The rows of a Parquet file by position. The row groups that were asked for last are held, decoded.
 * @throws InputError for what is no Parquet file
 */
export const openParquetTable = async (file: SourceFile): Promise<RowsByPosition> => {
  const parquet = await openParquet(file);
  const toFields = rowMaker(parquet);
  const groups = parquet.metadata.row_groups.map(({ num_rows, total_byte_size }) => ({
    rows: Number(num_rows),
    bytes: Number(total_byte_size),
    rowStart: 0,
  }));
  let rows = 0;
  for (const group of groups) {
    group.rowStart = rows;
    rows += group.rows;
  }

  /** The one used last stands at the end. */
  const held = new Map<number, Promise<Slice>>();
  const groupAt = (position: number): Promise<Slice> => {
    const number = groups.findLastIndex((group) => group.rowStart <= position && group.rows > 0);
    const slice = held.get(number) ?? read(number);
    held.delete(number);
    held.set(number, slice);
    forgetOldest();
    return slice;
  };
  const read = async (number: number): Promise<Slice> => {
    const { rowStart = 0, rows: length = 0 } = groups[number] ?? {};
    const range = { rowStart, rowEnd: rowStart + length };
    try {
      return { ...range, columns: await readColumns(parquet, parquet.columns, range) };
    } catch (error) {
      held.delete(number);
      throw error;
    }
  };
  const forgetOldest = (): void => {
    let bytes = 0;
    for (const number of held.keys()) bytes += groups[number]?.bytes ?? 0;
    for (const number of held.keys()) {
      if (bytes <= HELD_BYTES || held.size === 1) return;
      held.delete(number);
      bytes -= groups[number]?.bytes ?? 0;
    }
  };

  return {
    columns: parquet.columns,
    rows,
    row: async (position) => {
      checkPosition(position, rows);
      return toFields(await groupAt(position), position);
    },
  };
};
