import { join, relative, resolve } from 'node:path';
import type { OutputFile } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';

/** Writes every output file of a job under `out`, each in one step. Of a running job: those of the shards closed so far. */
export const fetchOutputs = async (client: Client, id: string, out: string): Promise<OutputFile[]> => {
  const files = await client.outputs(id);
  const written: OutputFile[] = [];
  for (const file of files) written.push({ ...file, ...(await client.download(id, file, targetOf(out, file.path))) });
  return written;
};

/** A server must not be able to write outside the folder the user has named. */
const targetOf = (out: string, path: string): string => {
  const target = resolve(out, path);
  if (relative(out, target).startsWith('..')) throw new Error(`The server names an output outside of ${out}: ${path}`);
  return join(target);
};
