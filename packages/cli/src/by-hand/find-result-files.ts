import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../terminal/usage-error.ts';
import { findResults } from './result-file.ts';
import type { ResultFile } from './result-file.ts';
import type { Prepared } from './prepared-folder.ts';

/** Every file of a prepared folder that holds results of a provider, whatever it is called. @throws UsageError for none */
export const findResultFiles = async (folder: string, shown: string, prepared: Prepared): Promise<ResultFile[]> => {
  const ours = new Set([prepared.rows, ...prepared.requests, ...prepared.outputs].map(({ file }) => file));
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.jsonl$/i.test(entry.name) && !ours.has(entry.name))
    .map(({ name }) => name);
  const found: ResultFile[] = [];
  for (const name of names) {
    const file = await findResults(join(folder, name), join(shown, name)).catch(() => null);
    // only what a provider writes: an output of the pipeline may look like {custom_id, content}
    if (file?.isWire === true) found.push(file);
  }
  if (found.length > 0) return found;
  throw new UsageError(
    `There are no results in ${shown} yet. Put the provider's output and error files there, or name them: batchmill collect ${shown} FILES…`,
  );
};
