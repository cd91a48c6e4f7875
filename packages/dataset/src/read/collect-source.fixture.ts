import { InputError } from '@batchmill/contracts';
import type { Fields, Problem, Source } from '@batchmill/contracts';
import { bytesFile } from './bytes-file.ts';
import { readSource } from './read-source.ts';
import type { SourceRow } from './source-file.ts';

export type Collected = { rows: SourceRow[]; fields: Fields[]; problems: Problem[] };

/** Everything a source of one small file gives. Small chunks: every boundary is met sooner or later. */
export const collect = async (
  format: Source['format'],
  content: string | Uint8Array,
  options: { name?: string; chunkBytes?: number; source?: Partial<Source>; vars?: Fields } = {},
): Promise<Collected> => {
  const file = bytesFile(options.name ?? `data.${format}`, content, options.chunkBytes);
  const source: Source = { format, paths: [file.name], derive: [], ...options.source };
  const collected: Collected = { rows: [], fields: [], problems: [] };
  for await (const item of readSource(source, [file], { vars: options.vars ?? {} })) {
    if ('problem' in item) collected.problems.push(item.problem);
    else {
      collected.rows.push(item);
      collected.fields.push(item.fields);
    }
  }
  return collected;
};

/** The problems a source is refused with. */
export const refusal = async (...args: Parameters<typeof collect>): Promise<readonly Problem[]> => {
  try {
    await collect(...args);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('the source was not refused');
};
