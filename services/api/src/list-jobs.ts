import { jobIdSchema } from '@batchmill/contracts';
import type { JobSummary } from '@batchmill/contracts';
import { keys, prefixes } from '@batchmill/ledger';
import { invalidCursor } from './api-error.ts';
import { jobState } from './job-state.ts';
import { requestFileOf } from './request-file-of.ts';
import type { Ports } from './routes/ports.ts';

/** Jobs newest first: their ids are ordered so. */
export const listJobs = async (
  ports: Ports,
  tenant: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ jobs: JobSummary[]; cursor: string | null }> => {
  const prefix = prefixes.jobs(tenant);
  const jobs: JobSummary[] = [];
  let last: string | null = null;
  if (cursor !== undefined && !jobIdSchema.safeParse(cursor).success) throw invalidCursor();
  const startAfter = cursor === undefined ? {} : { startAfter: `${prefix}${cursor}/` };
  for await (const folder of ports.store.listPrefixes(prefix, startAfter)) {
    const id = folder.slice(prefix.length, -1);
    const job = await ports.ledger.read(keys.job({ tenant, job: id }));
    if (job === null) continue;
    if (jobs.length === limit) return { jobs, cursor: last };
    const { state } = await jobState(ports, job);
    jobs.push({ id, name: job.name, state, createdAt: job.at, ...requestFileOf(job.pipeline) });
    last = id;
  }
  return { jobs, cursor: null };
};
