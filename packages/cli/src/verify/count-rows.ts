import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { diskFile, readSource } from '@batchmill/dataset';

const FORMATS = { '.csv': 'csv', '.json': 'json', '.jsonl': 'jsonl', '.parquet': 'parquet' } as const;

/** Rows of a delivered file, counted by reading it. */
export const countRows = async (path: string, name: string): Promise<number> => {
  // the card of a dataset tells of rows and has none
  if (extname(name) === '.md') return 0;
  const format = FORMATS[extname(name) as keyof typeof FORMATS] ?? 'jsonl';
  const { size: bytes } = await stat(path);
  if (bytes === 0) return 0;
  let rows = 0;
  const source = { format, paths: [name], derive: [] };
  for await (const _ of readSource(source, [diskFile({ name, path, bytes })], { vars: {} })) rows += 1;
  return rows;
};
