import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { readSource } from '@batchmill/dataset';
import { sourceFile } from '../pipeline-input/source-rows.ts';

const FORMATS = { '.csv': 'csv', '.json': 'json', '.jsonl': 'jsonl', '.parquet': 'parquet' } as const;

/** Rows of a delivered file, counted by reading it. */
export const countRows = async (path: string, name: string): Promise<number> => {
  const format = FORMATS[extname(name) as keyof typeof FORMATS] ?? 'jsonl';
  const { size: bytes } = await stat(path);
  if (bytes === 0) return 0;
  let rows = 0;
  const source = { format, paths: [name], derive: [] };
  for await (const _ of readSource(source, [sourceFile({ name, path, bytes })], { vars: {} })) rows += 1;
  return rows;
};
