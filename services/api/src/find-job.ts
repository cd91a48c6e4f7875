import { jobIdSchema } from '@batchmill/contracts';
import type { JobRecord } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { notFound } from './api-error.ts';
import type { Ports } from './routes/ports.ts';

/** The job with this id; 404 where there is none. */
export const findJob = async ({ ledger }: Pick<Ports, 'ledger'>, tenant: string, id: string): Promise<JobRecord> => {
  const job = jobIdSchema.safeParse(id).success ? await ledger.read(keys.job({ tenant, job: id })) : null;
  if (job === null) throw notFound(`job "${id}"`);
  return job;
};
