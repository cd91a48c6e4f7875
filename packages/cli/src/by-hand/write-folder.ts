import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledPipeline, OutputFile } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { pathBelow } from '../job/path-below.ts';
import { VERSION } from '../version.ts';
import { PREPARED, ROWS } from './prepared-folder.ts';
import type { Prepared, PreparedFile } from './prepared-folder.ts';
import { requestsName, requestsStem } from './request-names.ts';

/** Where a job by hand puts what somebody else needs. */
const REQUESTS = /^prepared\/requests-(\d+)\.jsonl$/;
const PREPARED_ROWS = 'prepared/rows.jsonl';
/** These tell of the rows that wait as if they had come to nothing. */
const REPORTS = ['report.json', 'report.html', 'rejects.jsonl', 'unmatched.jsonl'];

export const isForSending = ({ path }: Pick<OutputFile, 'path'>): boolean => path.startsWith('prepared/');

export type FolderPlan = Pick<Prepared, 'pipeline' | 'compiled' | 'inputs' | 'stage' | 'step'> & {
  folder: string;
  /** Base name of the request files. */
  stem: string;
  /** Whether files that need no answer go there too. */
  withOutputs: boolean;
};

/** Writes requests and rows of a job's open step into a folder, and at last the `prepared.json` that makes it whole. */
export const writeFolder = async (client: Client, id: string, plan: FolderPlan): Promise<Prepared> => {
  const { folder, stem, withOutputs, ...facts } = plan;
  await mkdir(folder, { recursive: true });
  await rm(join(folder, PREPARED), { force: true });
  const files = await client.outputs(id);
  const fetched = async (file: OutputFile, name: string): Promise<PreparedFile> => {
    const got = await client.download(id, file, pathBelow(folder, name));
    return { file: name, rows: file.rows, bytes: got.bytes, sha256: got.sha256 };
  };
  const requests = files
    .flatMap((file) => {
      const number = REQUESTS.exec(file.path)?.[1];
      return number === undefined ? [] : [{ file, number: Number(number) }];
    })
    .toSorted((a, b) => a.number - b.number);
  const rows = files.find(({ path }) => path === PREPARED_ROWS);
  if (rows === undefined) throw new Error(`job ${id} has prepared no rows`);
  const prepared: Prepared = {
    v: 1,
    version: VERSION,
    name: facts.compiled.name,
    ...facts,
    rows: await fetched(rows, ROWS),
    requests: [],
    outputs: [],
  };
  for (const { file, number } of requests)
    prepared.requests.push(await fetched(file, requestsName(stem, number, requests.length)));
  for (const file of files) {
    if (!withOutputs || isForSending(file) || REPORTS.includes(file.path)) continue;
    prepared.outputs.push(await fetched(file, file.path));
  }
  await writeFile(join(folder, `${PREPARED}.part`), `${JSON.stringify(prepared, null, 2)}\n`);
  await rename(join(folder, `${PREPARED}.part`), join(folder, PREPARED));
  return prepared;
};

export const stemFor = (compiled: CompiledPipeline, step: string, name: string | undefined): string =>
  name === undefined ? requestsStem(compiled.name, step) : `${name}_requests`;
