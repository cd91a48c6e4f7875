import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { JobSummary } from '@batchmill/contracts';
import type { CommandContext } from '../command-context.ts';

/** What this machine remembers of a run it has started. A help only: nothing depends on it being there. */
export type KnownRun = {
  identity: string;
  /** Idempotency key of the newest run with this identity. */
  key: string;
  job: string;
  name: string;
  /** Folder its files go to, absolute. */
  out: string;
  simulator: boolean;
  /** It was a `try` over a few rows, whose answers the whole run takes over. */
  tried?: boolean;
};

const folderOf = (stateDir: string): string => join(stateDir, 'known-runs');

export const rememberRun = async (stateDir: string, run: KnownRun): Promise<void> => {
  const text = `${JSON.stringify(run, null, 2)}\n`;
  await mkdir(folderOf(stateDir), { recursive: true });
  for (const name of [`job-${run.job}`, `run-${run.identity}`]) {
    const path = join(folderOf(stateDir), `${name}.json`);
    // Two commands may remember the same run at the same moment.
    const draft = `${path}.${randomUUID().slice(0, 8)}.part`;
    await writeFile(draft, text);
    await rename(draft, path);
  }
};

export const knownRun = (stateDir: string, identity: string): Promise<KnownRun | undefined> =>
  recall(stateDir, `run-${identity}`);

/** Where a job's files go when nobody says: where its run put them, else a folder named like it. */
export const outFolder = async (context: CommandContext, job: JobSummary): Promise<string> => {
  const known = context.url === undefined ? await recall(context.stateDir, `job-${job.id}`) : undefined;
  return known?.out ?? resolve(context.io.cwd, job.name);
};

/** The tries of pipelines of this name, newest first. */
export const triesOf = async (stateDir: string, name: string): Promise<KnownRun[]> => {
  const tries: KnownRun[] = [];
  // ids sort newest first
  for (const file of (await readdir(folderOf(stateDir)).catch(() => [])).toSorted()) {
    if (!file.startsWith('job-')) continue;
    const known = await recall(stateDir, file.replace(/\.json$/, ''));
    if (known?.tried === true && known.name === name) tries.push(known);
  }
  return tries;
};

/** Whether a job of this state folder may need the simulator to go on. */
export const isAnySimulated = async (stateDir: string): Promise<boolean> => {
  for (const name of await readdir(folderOf(stateDir)).catch(() => []))
    if (name.startsWith('job-') && (await recall(stateDir, name.replace(/\.json$/, '')))?.simulator === true)
      return true;
  return false;
};

const recall = async (stateDir: string, name: string): Promise<KnownRun | undefined> => {
  try {
    return JSON.parse(await readFile(join(folderOf(stateDir), `${name}.json`), 'utf8')) as KnownRun;
  } catch {
    return undefined;
  }
};
