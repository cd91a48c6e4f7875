import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@batchmill/sdk';

/** The rows of one delivered file of JSON lines. */
export const deliveredRows = async (
  client: Client,
  id: string,
  name: string,
  folder: string,
): Promise<Record<string, unknown>[]> => {
  const file = (await client.outputs(id)).find((one) => one.path === name);
  if (file === undefined) throw new Error(`job ${id} has no ${name}`);
  const target = path.join(folder, `${id}-${name}`);
  await client.download(id, file, target);
  const text = (await readFile(target, 'utf8')).trim();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
};
