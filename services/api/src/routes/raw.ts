import { DEFAULT_TENANT, rawListSchema } from '@batchmill/contracts';
import { z } from 'zod';
import { notFound } from '../api-error.ts';
import { findJob } from '../find-job.ts';
import { findRawFile } from '../raw-file.ts';
import { listRawParts } from '../raw-parts.ts';
import { sendBlob } from '../send-blob.ts';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

export const rawRoutes: Routes = (app, ports) => {
  const api = typed(app);
  const params = z.object({ id: z.string() });

  api.get(
    '/v1/jobs/:id/raw',
    {
      schema: {
        tags: ['outputs'],
        summary:
          'Parts of the job in whatever state, with their submissions and stored request, output and error files',
        params,
        querystring: z.object({
          cursor: z.string().optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(200),
        }),
        response: { 200: rawListSchema },
      },
    },
    async ({ params: { id }, query }) => {
      const job = await findJob(ports, DEFAULT_TENANT, id);
      const run = await ports.ledger.latestRun(job);
      return listRawParts(ports, job, { tenant: job.tenant, job: job.job, run }, query);
    },
  );

  api.get(
    '/v1/jobs/:id/raw/*',
    {
      schema: {
        tags: ['outputs'],
        summary: 'Download one of these files (range requests)',
        params: params.extend({ '*': z.string() }),
      },
    },
    async ({ params: { id, '*': path } }, reply) => {
      const job = await findJob(ports, DEFAULT_TENANT, id);
      const blob = await findRawFile(ports.ledger, job, path);
      if (blob === null) throw notFound(`raw file "${path}" of job ${job.job}`);
      return sendBlob(ports.store, reply, blob, 'application/x-ndjson');
    },
  );
};
