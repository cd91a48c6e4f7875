import type { CompiledPipeline, Row } from '@batchmill/contracts';
import { diskFile, openJoins, readSource, RowSelector } from '@batchmill/dataset';
import type { InputFile } from './input-files.ts';

/**
 * The rows that the pipeline's source gives, with joined and derived fields and its selection. Records that cannot be used
 * are left out: the job lists them. Inputs that a server fetches give nothing here, nor do rows to which such are joined.
 * @throws InputError where a file cannot be read on, or a row that is asked for is not there
 */
export async function* sourceRows(
  pipeline: CompiledPipeline,
  inputs: readonly InputFile[],
): AsyncGenerator<Row, void, undefined> {
  const { limit: _limit, ...source } = pipeline.source;
  const { vars } = pipeline;
  const files = inputs.flatMap((input) => (input.kind === 'file' ? [diskFile(input)] : []));
  const named = (path: string) => files.find(({ name }) => name === path);
  if ((source.joins ?? []).some(({ path }) => named(path) === undefined)) return;
  using joins = await openJoins(source.joins ?? [], files, { vars });
  const selector = new RowSelector(pipeline);
  if (selector.isDone) return;
  const sources = source.paths.flatMap((path) => named(path) ?? []);
  for await (const item of readSource(source, sources, { vars, join: joins.row })) {
    const taken = selector.take(item);
    if (taken?.kind === 'row') yield taken.row;
    if (selector.isDone) return;
  }
  // Where a part of the input is elsewhere, a key that is not here may be there.
  if (sources.length === source.paths.length) selector.finish();
}
