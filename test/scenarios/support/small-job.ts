import path from 'node:path';
import { readFile } from 'node:fs/promises';
import type { Client } from '@batchmill/sdk';

export const ROWS = 12;

/** Two steps with a transformation between them: every kind of work a job has, and nothing that takes long. */
export const smallPipeline = (rowsPerShard = ROWS / 2): string => `name: small
source: { format: csv, path: rows.csv }
key: id
shards: { rows: ${rowsPerShard} }
steps:
  - id: one
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Say {{ word }}", into: a }
  - id: mark
    transform: { derive: { b: "{{ a }}!" } }
  - id: two
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Shorten {{ b }}", into: c }
output: { format: jsonl, file: out.jsonl }
`;

/** Each row is paid for once in each step. */
export const ROWS_TO_PAY = 2 * ROWS;

export const SMALL_CSV = `id,word\n${Array.from({ length: ROWS }, (_, row) => `r${row},word${row}\n`).join('')}`;

export const acceptSmallJob = async (client: Client, key: string, rowsPerShard?: number): Promise<string> => {
  const upload = await client.upload('rows.csv', { bytes: Buffer.from(SMALL_CSV) });
  const input = [{ name: 'rows.csv', upload: upload.id }];
  const { id } = await client.createJob({ pipeline: smallPipeline(rowsPerShard), input }, key);
  return id;
};

/** The text of the one file it delivers. */
export const deliveredText = async (client: Client, id: string, folder: string): Promise<string> => {
  const file = (await client.outputs(id)).find((one) => one.path === 'out.jsonl');
  if (file === undefined) throw new Error(`job ${id} has no out.jsonl`);
  const target = path.join(folder, `${id}-out.jsonl`);
  await client.download(id, file, target);
  return readFile(target, 'utf8');
};
