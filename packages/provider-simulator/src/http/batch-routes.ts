import type { FastifyInstance } from 'fastify';
import { parseCreateBatch } from '../batches/create-batch-rules.ts';
import { HTTP_ERRORS } from '../observed-errors.ts';
import type { BatchRecord } from '../state/records.ts';
import { ApiError, apiProblem } from './api-error.ts';
import { pageOf, parsePageQuery } from './paging.ts';
import type { ServerParts } from './server-parts.ts';
import { batchObject } from './wire-objects.ts';

const USUAL_PAGE = 20;
const MOST_PER_PAGE = 100;

export const addBatchRoutes = (api: FastifyInstance, parts: ServerParts): void => {
  const { store, desk, clock, faults } = parts;
  const toWire = (batch: BatchRecord): Record<string, unknown> => batchObject(desk.current(batch));

  api.post('/batches', { config: { operation: 'batches.create' } }, async (request) =>
    toWire(await desk.create(parseCreateBatch(request.body))),
  );

  api.get<{ Params: { id: string } }>('/batches/:id', { config: { operation: 'batches.get' } }, async (request) => {
    const batch = store.batches.get(request.params.id);
    if (batch === undefined) {
      throw new ApiError(apiProblem(HTTP_ERRORS.noSuchBatch, HTTP_ERRORS.noSuchBatch.message(request.params.id)));
    }
    return toWire(batch);
  });

  api.get<{ Querystring: Record<string, string> }>(
    '/batches',
    { config: { operation: 'batches.list' } },
    async (request) => {
      const query = parsePageQuery(request.query, USUAL_PAGE, MOST_PER_PAGE);
      const { realMs, virtualMs } = faults.current().listLag;
      const shown = [...store.batches.values()]
        .filter((batch) => parts.realNow() - batch.createdRealMs >= realMs)
        .filter((batch) => clock.nowMs() - batch.createdMs >= virtualMs)
        .sort((a, b) => b.seq - a.seq);
      return pageOf(shown, query, toWire);
    },
  );

  api.post<{ Params: { id: string } }>(
    '/batches/:id/cancel',
    { config: { operation: 'batches.cancel' } },
    async (request) => toWire(await desk.cancel(request.params.id)),
  );
};
