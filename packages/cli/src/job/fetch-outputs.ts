import { basename } from 'node:path';
import type { JobSummary, OutputFile } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { fetchResults } from '../batch/fetch-results.ts';
import { OUTPUT } from '../batch/request-pipeline.ts';
import { resultPaths } from '../batch/result-files.ts';
import { pathBelow } from './path-below.ts';

type Job = Pick<JobSummary, 'id' | 'requestFile'>;

/**
 * Writes every output file of a job under `out`, each in one step. Of a running job: those of the shards closed so far. The
 * answers to a request file are written as the provider's files for it.
 */
export const fetchOutputs = async (
  client: Client,
  job: Job,
  out: string,
  isWanted: (file: OutputFile) => boolean = () => true,
): Promise<OutputFile[]> => {
  const { id, requestFile } = job;
  const files = (await client.outputs(id)).filter(isWanted);
  if (requestFile !== undefined && files.some(({ path }) => path === OUTPUT))
    return fetchResults(client, id, files, { out, requestFile });
  const written: OutputFile[] = [];
  for (const file of files) written.push({ ...file, ...(await client.download(id, file, pathBelow(out, file.path))) });
  return written;
};

/** The file in which `fetchOutputs` writes the rows that are not ok. */
export const rejectsFile = ({ requestFile }: Job): string =>
  requestFile === undefined ? 'rejects.jsonl' : basename(resultPaths('', requestFile).errors);
