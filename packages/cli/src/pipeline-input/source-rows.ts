import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { CompiledPipeline, Row } from '@batchmill/contracts';
import { readSource } from '@batchmill/dataset';
import type { SourceFile } from '@batchmill/dataset';
import { compileTemplate, rowScope } from '@batchmill/templates';
import type { InputFile } from './input-files.ts';

/**
 * The rows that the pipeline's source gives, with derived fields, `limit` and `from_key`. Records that cannot be used
 * are left out: the job lists them. Inputs that a server fetches give nothing here.
 * @throws InputError where a file cannot be read on
 */
export async function* sourceRows(
  pipeline: CompiledPipeline,
  inputs: readonly InputFile[],
): AsyncGenerator<Row, void, undefined> {
  const { source } = pipeline;
  const keyOf = keyReader(pipeline);
  const files = inputs.flatMap((input) => (input.kind === 'file' ? [sourceFile(input)] : []));
  let isBefore = source.fromKey !== undefined;
  let ordinal = 0;
  for await (const item of readSource(source, files, { vars: pipeline.vars })) {
    if ('problem' in item) continue;
    const row: Row = { id: ordinal.toString(36), key: '', home: 0, line: item.line, fields: item.fields };
    row.key = keyOf(row);
    isBefore &&= row.key !== source.fromKey;
    if (isBefore) continue;
    yield row;
    ordinal += 1;
    if (ordinal === source.limit) return;
  }
}

/** A key that cannot be made is the job's to report; here it is only a name. */
const keyReader = ({ key, vars }: CompiledPipeline): ((row: Row) => string) => {
  const template = compileTemplate(key);
  return (row) => {
    try {
      return template.render(rowScope(row, vars));
    } catch {
      return '';
    }
  };
};

export const sourceFile = ({ name, path, bytes }: { name: string; path: string; bytes: number }): SourceFile => ({
  name,
  bytes,
  open: (range) => {
    if (range === undefined) return createReadStream(path);
    // A read stream's end is included: it cannot say that nothing is wanted.
    return range.end > range.start
      ? createReadStream(path, { start: range.start, end: range.end - 1 })
      : Readable.from([]);
  },
});
