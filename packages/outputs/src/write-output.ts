import { PermanentError } from '@batchmill/contracts';
import type { BlobRef, CompiledPipeline, FieldTypes, Output } from '@batchmill/contracts';
import { openWriter } from '@batchmill/dataset';
import type { Column, RowWriter } from '@batchmill/dataset';
import type { FileSink } from './blob-sink.ts';
import type { FinalRow } from './final-rows.ts';
import { outputColumns, valuesOf } from './output-columns.ts';
import { certainPaths, freeName, outputPaths } from './output-paths.ts';
import { isWanted, surveyRows } from './row-survey.ts';
import { withTurnsAsMaps } from './turns-in-rows.ts';

export type WrittenFile = { path: string; rows: number; blob: BlobRef };

export type WrittenOutput = { files: WrittenFile[]; columns: Column[] };

export type OutputWork = {
  pipeline: CompiledPipeline;
  output: Output;
  types: FieldTypes;
  /** Reads the rows anew from the beginning. */
  rows: () => AsyncIterable<FinalRow>;
  openSink: (path: string) => FileSink;
  /** Only this file, where one is asked for. */
  only?: string;
  /** Names that are used already, in lower case; those of the files written are added. */
  taken?: Set<string>;
};

const FILES_AT_MOST = 2000;

/** Writes all files of one output. Streams: holds a row group per open file. */
export const writeOutput = async (work: OutputWork): Promise<WrittenOutput> => {
  const { pipeline, output, openSink, only, taken = new Set() } = work;
  const { types, rows } = withTurnsAsMaps(output, work);
  const { vars } = pipeline;
  const survey = await surveyRows({ pipeline, output, rows }, outputColumns(output, types));
  const columns = survey.columns.map(({ name, type }) => ({ name, type }));
  const pathOf = outputPaths(output, vars, survey.rows);
  const files = new Map<string, OpenFile>();

  const open = (path: string): OpenFile => {
    if (files.size >= FILES_AT_MOST) {
      const message = `the output "${output.file ?? ''}" would make more than ${FILES_AT_MOST} files: name them by a field with fewer values`;
      throw new PermanentError('too-many-files', message);
    }
    const name = freeName(path, taken);
    taken.add(name.toLowerCase());
    const sink = openSink(name);
    const writer = openWriter({
      format: output.format,
      columns,
      sink: (chunk) => sink.write(chunk),
    });
    const file = { name, writer, sink };
    files.set(path, file);
    return file;
  };

  try {
    for (const path of certainPaths(output)) if (only === undefined || only === path) open(path);
    for await (const final of rows()) {
      if (!isWanted(output, final)) continue;
      const path = pathOf(final.row);
      if (only !== undefined && only !== path) continue;
      const { writer } = files.get(path) ?? open(path);
      await writer.write(valuesOf(survey.columns, final, vars));
    }
    const written: WrittenFile[] = [];
    for (const { name, writer, sink } of files.values()) {
      const { rows: count } = await writer.finish();
      written.push({ path: name, rows: count, blob: await sink.finish() });
    }
    return { files: written, columns };
  } catch (error) {
    await Promise.all([...files.values()].map(async ({ sink }) => sink.abort?.()));
    throw error;
  }
};

type OpenFile = { name: string; writer: RowWriter; sink: FileSink };
