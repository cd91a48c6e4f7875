import type { Output } from '@batchmill/contracts';
import type { Column, RowWriter, Sink } from './row-writer.ts';
import { openCsvWriter } from './write-csv.ts';
import { openJsonlWriter, openJsonWriter } from './write-json.ts';
import { openParquetWriter } from './write-parquet.ts';

const OPENERS: Record<Output['format'], (columns: readonly Column[], sink: Sink, rowGroupBytes?: number) => RowWriter> =
  { csv: openCsvWriter, json: openJsonWriter, jsonl: openJsonlWriter, parquet: openParquetWriter };

/**
 * A writer of one output file. Only Parquet looks at the types of the columns.
 * @param options.rowGroupBytes estimated bytes (before compression) after which a Parquet row group is closed
 */
export const openWriter = (options: {
  format: Output['format'];
  columns: readonly Column[];
  sink: Sink;
  rowGroupBytes?: number;
}): RowWriter => OPENERS[options.format](options.columns, options.sink, options.rowGroupBytes);
