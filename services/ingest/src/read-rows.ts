import { InputError, rowIdOf } from '@batchmill/contracts';
import type { CompiledPipeline, Problem, Row } from '@batchmill/contracts';
import { readSource } from '@batchmill/dataset';
import type { SourceFile } from '@batchmill/dataset';
import { compileTemplate, rowScope } from '@batchmill/templates';

export type ReadRow =
  | { kind: 'row'; row: Row; file: string; bytes: number }
  | { kind: 'rejected'; ordinal: number; file: string; line: number; problem: Problem };

/** Reads the source anew from its beginning; rows carry ordinal, key and line, their home shard is not known yet. */
export type ReadRows = () => AsyncGenerator<ReadRow>;

export const rowReader = (pipeline: CompiledPipeline, files: SourceFile[], maxRowBytes: number): ReadRows => {
  const { limit, fromKey, ...source } = pipeline.source;
  const key = compileTemplate(pipeline.key);

  return async function* readRows() {
    let ordinal = 0;
    let started = fromKey === undefined;
    if (limit === 0) return;
    for await (const read of readSource(source, files, { vars: pipeline.vars })) {
      const place = { file: read.file, line: read.line };
      if ('problem' in read) {
        if (!started) continue;
        yield { kind: 'rejected', ordinal, ...place, problem: read.problem };
      } else {
        const row: Row = { id: rowIdOf(ordinal), key: '', home: 0, line: read.line, fields: read.fields };
        const made = withKey(row, key, pipeline, maxRowBytes);
        if ('message' in made) {
          if (!started) continue;
          yield { kind: 'rejected', ordinal, ...place, problem: { ...made, place } };
        } else {
          started ||= made.row.key === fromKey;
          if (!started) continue;
          yield { kind: 'row', row: made.row, file: read.file, bytes: made.bytes };
        }
      }
      ordinal += 1;
      // what stands behind the last wanted row need not even be readable
      if (ordinal === limit) return;
    }
    if (!started) throw new InputError([unknownFromKey(fromKey ?? '')]);
  };
};

const withKey = (
  row: Row,
  key: ReturnType<typeof compileTemplate>,
  { vars }: CompiledPipeline,
  maxRowBytes: number,
): { row: Row; bytes: number } | Problem => {
  try {
    const made = { ...row, key: key.render(rowScope(row, vars)) };
    if (made.key.trim() === '') return { code: 'empty-key', message: 'the key is empty', remedy: EMPTY_KEY };
    const bytes = Buffer.byteLength(JSON.stringify(made));
    if (bytes <= maxRowBytes) return { row: made, bytes };
    return {
      code: 'row-too-large',
      message: `the row has ${bytes} bytes`,
      expected: `at most ${maxRowBytes}`,
      remedy: 'Shorten it, or leave it out',
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/ \(line \d+, column \d+\)$/, '') : String(error);
    const fields = Object.keys(row.fields).slice(0, SHOWN_FIELDS).join(', ');
    return { code: 'no-key', message: `the key cannot be made: ${reason}`, remedy: `The row has: ${fields}` };
  }
};

const SHOWN_FIELDS = 12;
const EMPTY_KEY = 'Give the row a key; `key: _line` numbers rows that have no name of their own';

const unknownFromKey = (fromKey: string): Problem => ({
  code: 'unknown-key',
  message: 'no row has the key given as --from-key',
  found: JSON.stringify(fromKey),
  remedy: 'Give the key as the outputs show it (`_key`)',
});
