import multipart from '@fastify/multipart';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { HTTP_ERRORS } from '../observed-errors.ts';
import { ApiError, apiProblem, problemBody, problemType } from './api-error.ts';
import { requireKey } from './authorization.ts';
import { addBatchRoutes } from './batch-routes.ts';
import { addChatRoutes } from './chat-routes.ts';
import { addFileRoutes } from './file-routes.ts';
import { addModelRoutes } from './model-routes.ts';
import { injectRequestFaults } from './request-faults.ts';
import type { ServerParts } from './server-parts.ts';
import { addSimulatorRoutes } from './simulator-routes.ts';

/** Realtime requests carry their pictures inside; the batch API's own limit is checked elsewhere. */
const MOST_JSON_BYTES = 64 * 1024 * 1024;

export const createServer = async (parts: ServerParts): Promise<FastifyInstance> => {
  const app = fastify({ bodyLimit: MOST_JSON_BYTES, forceCloseConnections: true, exposeHeadRoutes: false });
  takeLenientBodies(app);
  await app.register(multipart, { throwFileSizeLimit: false });
  app.setErrorHandler(async (error, _request, reply) => {
    const { problem, headers } = asApiError(error);
    return reply.code(problem.status).headers(headers).send(problemBody(problem));
  });
  app.setNotFoundHandler(async (request) => {
    const [path = ''] = request.url.split('?');
    throw new ApiError(apiProblem(HTTP_ERRORS.unknownUrl, HTTP_ERRORS.unknownUrl.message(request.method, path)));
  });
  app.get('/healthz', async () => ({ status: 'ok' }));
  addSimulatorRoutes(app, parts);
  await app.register(
    async (api) => {
      api.addHook('onRequest', async (request) => requireKey(request.headers.authorization));
      api.addHook('onSend', async (_request, reply) => {
        reply.headers({
          'x-request-id': `req_${randomUUID().replaceAll('-', '')}`,
          'openai-version': '2020-10-01',
          'openai-organization': 'org-simulator',
        });
      });
      injectRequestFaults(api, parts.faults);
      addFileRoutes(api, parts);
      addBatchRoutes(api, parts);
      addChatRoutes(api, parts);
      addModelRoutes(api);
    },
    { prefix: '/v1' },
  );
  return app;
};

/** Clients send JSON types with empty bodies, and bodies where none is needed. */
const takeLenientBodies = (app: FastifyInstance): void => {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, {});
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(new ApiError(apiProblem(HTTP_ERRORS.unparsableBody, HTTP_ERRORS.unparsableBody.message())));
    }
  });
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null, {});
  });
};

const asApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error;
  const { statusCode: status = 500, message } = error as { statusCode?: number; message: string };
  return new ApiError({ status, message, type: problemType(status, null), param: null, code: null });
};
