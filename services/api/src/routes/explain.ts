import { DEFAULT_TENANT, explanationSchema } from '@batchmill/contracts';
import { z } from 'zod';
import { explain } from '../explain.ts';
import { findJob } from '../find-job.ts';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

export const explainRoutes: Routes = (app, ports) => {
  typed(app).get(
    '/v1/jobs/:id/explain',
    {
      schema: {
        tags: ['jobs'],
        summary: 'What happened, in order, from the ledger alone, and what comes next',
        params: z.object({ id: z.string() }),
        querystring: z.object({
          shard: z.coerce.number().int().nonnegative().optional(),
          run: z.coerce.number().int().positive().optional(),
        }),
        response: { 200: explanationSchema },
      },
    },
    async ({ params: { id }, query }) => explain(ports, await findJob(ports, DEFAULT_TENANT, id), query),
  );
};
