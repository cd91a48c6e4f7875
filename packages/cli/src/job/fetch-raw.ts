import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import type { JobSummary, RawFile, RawPart } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { UsageError } from '../terminal/usage-error.ts';
import { sha256OfFile } from '../verify/sha256-of-file.ts';
import { pathBelow } from './path-below.ts';

export type RawFetched = {
  folder: string;
  parts: number;
  files: number;
  /** Of these, what was not there already. */
  fetched: number;
  bytes: number;
  /** Lines of all files of a kind. */
  rows: Record<RawFile['kind'], number>;
};

const INDEX = 'raw.json';

/**
 * Writes every request, output and error file of a job under `folder`, and at last `raw.json`, which names each with its batch
 * and checksum. Files that are there already, by their SHA-256, are not fetched again.
 * @throws UsageError where the folder holds those of another job
 */
export const fetchRaw = async (client: Client, job: JobSummary, folder: string): Promise<RawFetched> => {
  const index = join(folder, INDEX);
  await beginIndex(index, job);
  const sum: RawFetched = {
    folder,
    parts: 0,
    files: 0,
    fetched: 0,
    bytes: 0,
    rows: { requests: 0, output: 0, errors: 0 },
  };
  const draft = `${index}.${randomUUID().slice(0, 8)}.part`;
  try {
    await using handle = await open(draft, 'w');
    await handle.writeFile(`${headOf(job, true)}\n`);
    for await (const part of client.rawParts(job.id)) {
      for (const file of part.files) {
        if (await fetchFile(client, job.id, file, pathBelow(folder, file.path))) sum.fetched += 1;
        sum.files += 1;
        sum.bytes += file.bytes;
        sum.rows[file.kind] += file.rows;
      }
      await removeCheckpoints(folder, part);
      await handle.writeFile(`${sum.parts === 0 ? '' : ',\n'}${JSON.stringify(part)}`);
      sum.parts += 1;
    }
    await handle.writeFile('\n]}\n');
    await handle.sync();
    await rename(draft, index);
    return sum;
  } finally {
    await rm(draft, { force: true });
  }
};

/** The index, up to its parts: each of them stands on a line of its own. */
const headOf = ({ id, name, state }: JobSummary, complete: boolean): string => {
  const facts = JSON.stringify({ v: 1, job: id, name, state, final: isFinalState(state), complete });
  return `${facts.slice(0, -1)},"parts":[`;
};

/** Says whose files these are before the first of them is there. */
const beginIndex = async (index: string, job: JobSummary): Promise<void> => {
  const known = await jobOfIndex(index);
  if (known === job.id) return;
  if (known !== undefined)
    throw new UsageError(
      `${dirname(index)} holds the files of job ${known}. --out DIR names another place for those of ${job.id}.`,
    );
  await mkdir(dirname(index), { recursive: true });
  await writeFile(index, `${headOf(job, false)}]}\n`);
};

const jobOfIndex = async (index: string): Promise<string | undefined> => {
  const text = await readFile(index, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return String((JSON.parse(text) as { job?: unknown }).job);
  } catch (cause) {
    throw new UsageError(`${index} is no index of raw files. --out DIR names another place.`, { cause });
  }
};

/** Whether the file had to be fetched. */
const fetchFile = async (client: Client, id: string, file: RawFile, target: string): Promise<boolean> => {
  const found = await stat(target).catch(() => null);
  if (found?.isFile() === true && found.size === file.bytes && (await sha256OfFile(target)) === file.sha256)
    return false;
  await client.downloadRaw(id, file, target);
  return true;
};

/** Their lines are in the results by now, and would count twice. */
const removeCheckpoints = async (folder: string, { mode, resultsOf, part, files: [file] }: RawPart): Promise<void> => {
  if (mode !== 'live' || resultsOf === null || file === undefined) return;
  const attempt = dirname(pathBelow(folder, file.path));
  for (const name of await readdir(attempt))
    if (basename(name).startsWith(`part-${part}.checkpoint-`)) await rm(join(attempt, name));
};
