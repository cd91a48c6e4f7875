import {
  createJobSchema,
  DEFAULT_TENANT,
  jobCreatedSchema,
  jobListSchema,
  jobStatusSchema,
} from '@batchmill/contracts';
import { z } from 'zod';
import { acceptJob } from '../accept-job.ts';
import { findJob } from '../find-job.ts';
import { jobStatus } from '../job-status.ts';
import { listJobs } from '../list-jobs.ts';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

export const jobRoutes: Routes = (app, ports) => {
  const api = typed(app);

  api.post(
    '/v1/jobs',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Accept a job; 202 once it is durable',
        headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
        body: createJobSchema,
        response: { 202: jobCreatedSchema },
      },
    },
    async (request, reply) => {
      const accepted = await acceptJob(ports, DEFAULT_TENANT, request.body, request.headers['idempotency-key']);
      return reply.status(202).send(accepted);
    },
  );

  api.get(
    '/v1/jobs',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Jobs, newest first',
        querystring: z.object({
          cursor: z.string().optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: jobListSchema },
      },
    },
    ({ query }) => listJobs(ports, DEFAULT_TENANT, query),
  );

  api.get(
    '/v1/jobs/:id',
    {
      schema: {
        tags: ['jobs'],
        summary: 'State, outcome counts per step, tokens, cost',
        params: z.object({ id: z.string() }),
        response: { 200: jobStatusSchema },
      },
    },
    async ({ params: { id } }) => jobStatus(ports, await findJob(ports, DEFAULT_TENANT, id)),
  );
};
