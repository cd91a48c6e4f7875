import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { OutputFile } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { countRows } from '../verify/count-rows.ts';
import { errorLines } from './error-lines.ts';
import { resultPaths } from './result-files.ts';

/**
 * Writes the answers to a request file as the provider would: an output file, and a file with what came to no answer. Each
 * appears in one step, and takes the place of an earlier one. A job that has ended gives its report too.
 */
export const fetchResults = async (
  client: Client,
  id: string,
  files: readonly OutputFile[],
  { out, requestFile }: { out: string; requestFile: string },
): Promise<OutputFile[]> => {
  const paths = resultPaths(out, requestFile);
  const written: OutputFile[] = [];
  for (const file of files) {
    if (file.path === 'output.jsonl') {
      const got = await client.download(id, file, paths.output);
      const rows = file.final ? file.rows : await countRows(paths.output, file.path);
      written.push({ ...file, ...got, rows, path: basename(paths.output) });
    } else if (file.path === 'rejects.jsonl') written.push(await fetchErrors(client, id, file, paths.errors));
    else if (file.path === 'report.json') {
      written.push({ ...file, ...(await client.download(id, file, paths.report)), path: basename(paths.report) });
    }
  }
  return written;
};

const fetchErrors = async (client: Client, id: string, file: OutputFile, target: string): Promise<OutputFile> => {
  const rejects = `${target}.${randomUUID().slice(0, 8)}.part`;
  const draft = `${target}.${randomUUID().slice(0, 8)}.part`;
  try {
    await client.download(id, file, rejects);
    const hash = createHash('sha256');
    let bytes = 0;
    let rows = 0;
    {
      await using handle = await open(draft, 'w');
      for await (const line of errorLines(rejects)) {
        const chunk = Buffer.from(line);
        hash.update(chunk);
        bytes += chunk.byteLength;
        rows += 1;
        await handle.writeFile(chunk);
      }
      await handle.sync();
    }
    await rename(draft, target);
    return { path: basename(target), rows, bytes, sha256: hash.digest('hex'), final: file.final };
  } finally {
    await rm(rejects, { force: true });
    await rm(draft, { force: true });
  }
};
