import { DEFAULT_TENANT, isFinalState, jobAccepted, jobStatusSchema } from '@batchmill/contracts';
import type { JobStatus } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { progress } from '@batchmill/queue';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { findJob } from '../find-job.ts';
import { jobState } from '../job-state.ts';
import { jobStatus } from '../job-status.ts';
import { checkRoom } from '../room-for-work.ts';
import type { Ports, Routes } from './ports.ts';
import { typed } from './typed.ts';

const schema = (summary: string) => ({
  tags: ['jobs'],
  summary,
  params: z.object({ id: z.string() }),
  response: { 200: jobStatusSchema },
});

export const controlRoutes: Routes = (app, ports) => {
  const api = typed(app);
  api.post('/v1/jobs/:id/cancel', { schema: schema('Cancel the run; what is finished is kept') }, ({ params }) =>
    control(ports, params.id, 'cancel'),
  );
  api.post('/v1/jobs/:id/pause', { schema: schema('Place no new batches until resumed') }, ({ params }) =>
    control(ports, params.id, 'pause'),
  );
  api.post(
    '/v1/jobs/:id/resume',
    {
      schema: {
        ...schema('Go on, whatever stopped it; may raise the budget'),
        body: z.object({ maxCost: z.number().positive().optional() }).nullish(),
      },
    },
    ({ params, body }) => control(ports, params.id, 'resume', body?.maxCost),
  );
  api.post('/v1/jobs/:id/retry', { schema: schema('Open a new run for the rows that are not ok') }, ({ params }) =>
    retry(ports, params.id),
  );
};

const control = async (
  ports: Ports,
  id: string,
  kind: 'cancel' | 'pause' | 'resume',
  maxCost?: number,
): Promise<JobStatus> => {
  const job = await findJob(ports, DEFAULT_TENANT, id);
  const { state, run } = await jobState(ports, job);
  if (isFinalState(state)) {
    if (kind === 'resume') return jobStatus(ports, job);
    throw new ApiError(409, 'job-is-final', `job ${id} is ${state}: there is nothing left to ${kind}`);
  }
  await ports.ledger.addControl(run, maxCost === undefined ? { kind } : { kind, maxCost });
  // the run is walked at once, so that nobody waits for the clock
  await ports.flow.advanceRun(run);
  await progress(ports.queues.redis).announce(run);
  return jobStatus(ports, job);
};

const retry = async (ports: Ports, id: string): Promise<JobStatus> => {
  const { ledger, queues } = ports;
  await checkRoom(queues);
  const job = await findJob(ports, DEFAULT_TENANT, id);
  const { state, run, facts } = await jobState(ports, job);
  if (job.byHand !== undefined) {
    const message = `job ${id} asks nobody: take up more answers with another \`batchmill collect\``;
    throw new ApiError(409, 'by-hand', message);
  }
  if (!isFinalState(state)) {
    throw new ApiError(409, 'job-not-final', `job ${id} is ${state}: only a final run can be retried`);
  }
  if (facts?.shards == null) {
    throw new ApiError(409, 'nothing-to-retry', `job ${id} never began: correct its input and run it anew`);
  }
  if (state === 'completed') {
    throw new ApiError(409, 'nothing-to-retry', `job ${id} is ${state}: every row is ok, so there is nothing to retry`);
  }
  const next = { ...run, run: run.run + 1 };
  await ledger.write(keys.run(next), { run: next.run, reason: 'retry' });
  await ledger.write(keys.openMarker(job), { run: next.run });
  await queues.send(jobAccepted, next);
  return jobStatus(ports, job);
};
