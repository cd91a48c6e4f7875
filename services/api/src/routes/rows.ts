import { DEFAULT_TENANT, outcomeSchema, rowDetailSchema, rowListSchema } from '@batchmill/contracts';
import { z } from 'zod';
import { notFound } from '../api-error.ts';
import { findJob } from '../find-job.ts';
import { jobState } from '../job-state.ts';
import { rowAttempts } from '../row-attempts.ts';
import { findRow, listRows } from '../row-views.ts';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

export const rowRoutes: Routes = (app, ports) => {
  const api = typed(app);
  const params = z.object({ id: z.string() });

  api.get(
    '/v1/jobs/:id/rows',
    {
      schema: {
        tags: ['rows'],
        summary: 'Rows with outcomes and reasons, in source order',
        params,
        querystring: z.object({
          outcome: outcomeSchema.or(z.literal('open')).optional(),
          step: z.string().optional(),
          key: z.string().optional(),
          cursor: z.string().optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: { 200: rowListSchema },
      },
    },
    async ({ params: { id }, query }) => {
      const job = await findJob(ports, DEFAULT_TENANT, id);
      const { run } = await jobState(ports, job);
      return listRows(ports, job, run, query);
    },
  );

  api.get(
    '/v1/jobs/:id/rows/:key',
    {
      schema: {
        tags: ['rows'],
        summary: 'One row by key with every attempt',
        params: params.extend({ key: z.string() }),
        response: { 200: rowDetailSchema },
      },
    },
    async ({ params: { id, key } }) => {
      const job = await findJob(ports, DEFAULT_TENANT, id);
      const { run } = await jobState(ports, job);
      const found = await findRow(ports, job, run, key);
      if (found === null) throw notFound(`row "${key}" in job ${id}`, `GET /v1/jobs/${id}/rows lists the rows`);
      const attempts = [];
      for (const shard of found.shards) attempts.push(...(await rowAttempts(ports, job, shard, found.view.id)));
      return { ...found.view, attempts };
    },
  );
};
