import type { CompiledPipeline, Problem, RejectedRow, Row } from '@batchmill/contracts';
import { readSource, RowSelector } from '@batchmill/dataset';
import type { Joins, SelectedRow, SourceFile } from '@batchmill/dataset';

export type ReadRow =
  | (Extract<SelectedRow, { kind: 'row' }> & { bytes: number })
  | Extract<SelectedRow, { kind: 'rejected' }>
  /** Its way has ended in an earlier job. */
  | { kind: 'ended'; ordinal: number; file: string; line: number; reject: RejectedRow };

/** Reads the source anew from its beginning; rows carry ordinal, key and line, their home shard is not known yet. */
export type ReadRows = () => AsyncGenerator<ReadRow>;

/** `files` are those of the source's paths, in order. */
export const rowReader = (
  pipeline: CompiledPipeline,
  { files, joins, maxRowBytes }: { files: readonly SourceFile[]; joins: Joins; maxRowBytes: number },
): ReadRows => {
  const { vars } = pipeline;
  // the selector counts, rejected records included
  const { limit: _limit, ...source } = pipeline.source;

  return async function* readRows() {
    const selector = new RowSelector(pipeline);
    if (selector.isDone) return;
    for await (const item of readSource(source, files, { vars, join: joins.row })) {
      const taken = selector.take(item);
      if (taken !== null) yield withinSize(taken, maxRowBytes);
      // what stands behind the last wanted row need not even be readable
      if (selector.isDone) return;
    }
    selector.finish();
  };
};

const withinSize = (taken: SelectedRow, maxRowBytes: number): ReadRow => {
  if (taken.kind === 'rejected') return taken;
  const { ordinal, file, row } = taken;
  const bytes = Buffer.byteLength(JSON.stringify(row));
  if (bytes <= maxRowBytes) return { ...taken, bytes };
  return { kind: 'rejected', ordinal, file, line: row.line, problem: tooLarge(file, row, bytes, maxRowBytes) };
};

const tooLarge = (file: string, row: Row, bytes: number, maxRowBytes: number): Problem => ({
  code: 'row-too-large',
  message: `the row has ${bytes} bytes`,
  place: { file, line: row.line },
  expected: `at most ${maxRowBytes}`,
  remedy: 'Shorten it, or leave it out',
});
