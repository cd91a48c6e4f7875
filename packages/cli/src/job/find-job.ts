import type { JobSummary } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { UsageError } from '../terminal/usage-error.ts';

const SHOWN_CANDIDATES = 5;

/** A job by its id, the beginning of it, or `last` (also where nothing is said) for the newest. */
export const findJob = async (client: Client, wanted: string = 'last'): Promise<JobSummary> => {
  const candidates: JobSummary[] = [];
  for await (const job of client.allJobs()) {
    if (wanted === 'last' || job.id === wanted) return job;
    if (job.id.startsWith(wanted)) candidates.push(job);
  }
  const [only] = candidates;
  if (only === undefined) throw new UsageError(notFound(wanted));
  if (candidates.length > 1)
    throw new UsageError(
      [
        `"${wanted}" is the beginning of ${candidates.length} jobs. Give more of the id:`,
        ...candidates.slice(0, SHOWN_CANDIDATES).map(({ id, name, state }) => `  ${id}  ${name}  ${state}`),
      ].join('\n'),
    );
  return only;
};

const notFound = (wanted: string): string =>
  wanted === 'last'
    ? 'There is no job yet. `batchmill run PIPELINE` starts one.'
    : `There is no job "${wanted}". \`batchmill jobs\` lists them.`;
