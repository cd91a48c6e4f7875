import type { Fields, Output } from '@batchmill/contracts';
import { openWriter } from './open-writer.ts';
import type { Column } from './row-writer.ts';

export type Written = { bytes: Buffer; chunks: number[]; rows: number };

/** What a writer makes of rows: the whole file, and the sizes of the chunks it came in. */
export const written = async (
  format: Output['format'],
  columns: readonly Column[],
  rows: Iterable<Fields>,
  rowGroupBytes?: number,
): Promise<Written> => {
  const chunks: Uint8Array[] = [];
  const writer = openWriter({
    format,
    columns,
    sink: async (chunk) => {
      chunks.push(chunk);
    },
    ...(rowGroupBytes === undefined ? {} : { rowGroupBytes }),
  });
  for (const row of rows) await writer.write(row);
  const { rows: count } = await writer.finish();
  return { bytes: Buffer.concat(chunks), chunks: chunks.map((chunk) => chunk.length), rows: count };
};
