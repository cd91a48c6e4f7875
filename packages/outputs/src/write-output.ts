import type { BlobRef, CompiledPipeline, FieldTypes, Fields, Output } from '@batchmill/contracts';
import { observeTypes, openWriter } from '@batchmill/dataset';
import type { RowWriter } from '@batchmill/dataset';
import type { FileSink } from './blob-sink.ts';
import type { FinalRow } from './final-rows.ts';
import { outputColumns, valuesOf } from './output-columns.ts';
import type { OutputColumn } from './output-columns.ts';
import { certainPaths, outputPaths } from './output-paths.ts';

export type WrittenFile = { path: string; rows: number; blob: BlobRef };

export type OutputWork = {
  pipeline: CompiledPipeline;
  output: Output;
  types: FieldTypes;
  /** Reads the rows anew from the beginning. */
  rows: () => AsyncIterable<FinalRow>;
  openSink: (path: string) => FileSink;
  /** Only this file, where one is asked for. */
  only?: string;
};

const FILES_AT_MOST = 2000;

/** Writes all files of one output. Streams: holds a row group per open file. */
export const writeOutput = async (work: OutputWork): Promise<WrittenFile[]> => {
  const { pipeline, output, types, rows, openSink, only } = work;
  const { vars } = pipeline;
  const columns = await typedColumns(work, outputColumns(output, types));
  const pathOf = outputPaths(output, vars);
  const files = new Map<string, { writer: RowWriter; sink: FileSink }>();

  const open = (path: string): { writer: RowWriter; sink: FileSink } => {
    if (files.size >= FILES_AT_MOST) {
      throw new Error(`the output "${output.file ?? ''}" would make more than ${FILES_AT_MOST} files`);
    }
    const sink = openSink(path);
    const writer = openWriter({
      format: output.format,
      columns: columns.map(({ name, type }) => ({ name, type: type ?? 'string' })),
      sink: (chunk) => sink.write(chunk),
    });
    files.set(path, { writer, sink });
    return { writer, sink };
  };

  for (const path of certainPaths(output)) if (only === undefined || only === path) open(path);
  for await (const final of rows()) {
    if (!isWanted(output, final)) continue;
    const path = pathOf(final.row);
    if (only !== undefined && only !== path) continue;
    const { writer } = files.get(path) ?? open(path);
    await writer.write(valuesOf(columns, final, vars));
  }
  const written: WrittenFile[] = [];
  for (const [path, { writer, sink }] of files) {
    const { rows: count } = await writer.finish();
    written.push({ path, rows: count, blob: await sink.finish() });
  }
  return written;
};

const isWanted = ({ rows }: Output, { reject }: FinalRow): boolean => rows === 'all' || reject === undefined;

/** Rendered columns get the type of what they render to, over all rows; only Parquet needs to know it before. */
const typedColumns = async (
  { pipeline, output, rows }: OutputWork,
  columns: OutputColumn[],
): Promise<OutputColumn[]> => {
  const rendered = columns.filter(({ type }) => type === null);
  if (output.format !== 'parquet' || rendered.length === 0) return columns;
  const types: FieldTypes = {};
  for await (const final of rows()) {
    if (!isWanted(output, final)) continue;
    const values: Fields = valuesOf(rendered, final, pipeline.vars);
    observeTypes(types, values);
  }
  return columns.map((column) => (column.type === null ? { ...column, type: types[column.name] ?? 'string' } : column));
};
