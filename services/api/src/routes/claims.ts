import { DEFAULT_TENANT, openClaimListSchema, resolveClaimSchema } from '@batchmill/contracts';
import { z } from 'zod';
import { openClaims, resolveClaim } from '../claims.ts';
import { findJob } from '../find-job.ts';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

export const claimRoutes: Routes = (app, ports) => {
  const api = typed(app);
  const params = z.object({ id: z.string() });

  api.get(
    '/v1/jobs/:id/claims',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Claims whose answer is unknown',
        params,
        response: { 200: openClaimListSchema },
      },
    },
    async (request) => ({ claims: await openClaims(ports, await findJob(ports, DEFAULT_TENANT, request.params.id)) }),
  );

  api.post(
    '/v1/jobs/:id/resolve',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Say what became of a claim: its batch, or null where none came of it',
        params,
        body: resolveClaimSchema,
        response: { 200: openClaimListSchema },
      },
    },
    async (request) => {
      const job = await findJob(ports, DEFAULT_TENANT, request.params.id);
      await resolveClaim(ports, job, request.body);
      return { claims: await openClaims(ports, job) };
    },
  );
};
