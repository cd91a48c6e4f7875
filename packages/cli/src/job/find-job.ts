import type { JobSummary } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { UsageError } from '../terminal/usage-error.ts';

const SHOWN_CANDIDATES = 5;

/** Jobs of one kind, and what is said where there is none. */
export type JobKind = { is(job: JobSummary): boolean; start: string; list: string };

const ANY: JobKind = { is: () => true, start: 'run PIPELINE', list: 'jobs' };

/** A job by its id, the beginning of it, or `last` (also where nothing is said) for the newest. */
export const findJob = async (client: Client, wanted: string = 'last', kind: JobKind = ANY): Promise<JobSummary> => {
  const candidates: JobSummary[] = [];
  for await (const job of client.allJobs()) {
    if (!kind.is(job)) continue;
    if (wanted === 'last' || job.id === wanted) return job;
    if (job.id.startsWith(wanted)) candidates.push(job);
  }
  const [only] = candidates;
  if (only === undefined) throw new UsageError(notFound(wanted, kind));
  if (candidates.length > 1)
    throw new UsageError(
      [
        `"${wanted}" is the beginning of ${candidates.length} jobs. Give more of the id:`,
        ...candidates.slice(0, SHOWN_CANDIDATES).map(({ id, name, state }) => `  ${id}  ${name}  ${state}`),
      ].join('\n'),
    );
  return only;
};

const notFound = (wanted: string, { start, list }: JobKind): string =>
  wanted === 'last'
    ? `There is no job yet. \`batchmill ${start}\` starts one.`
    : `There is no job "${wanted}". \`batchmill ${list}\` lists them.`;
