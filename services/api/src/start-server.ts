import { openBucketReader } from '@batchmill/object-store';
import { openPictureSources } from '@batchmill/picture-sources';
import { createPlotRenderer, judgePicture, MAX_IMAGE_BYTES } from '@batchmill/prompts';
import { s3OptionsOf } from '@batchmill/service-host';
import type { RunningService, ServiceContext } from '@batchmill/service-host';
import swagger from '@fastify/swagger';
import reference from '@scalar/fastify-api-reference';
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { errorAnswer, notFound } from './api-error.ts';
import type { Config } from './config.ts';
import { requestError } from './request-error.ts';
import { claimRoutes } from './routes/claims.ts';
import { controlRoutes } from './routes/controls.ts';
import { eventRoutes } from './routes/events.ts';
import { explainRoutes } from './routes/explain.ts';
import { healthRoutes } from './routes/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { outputRoutes } from './routes/outputs.ts';
import { previewRoutes } from './routes/preview.ts';
import { rawRoutes } from './routes/raw.ts';
import { rowRoutes } from './routes/rows.ts';
import type { Ports } from './routes/ports.ts';
import { uploadRoutes } from './routes/uploads.ts';

const MAX_JSON_BYTES = 32 * 1024 * 1024;

/** When to come again after a 503: Redis is away or full. */
const RETRY_AFTER_SECONDS = 10;

/** Starts the HTTP API; `url` is where it listens. */
export const startServer = async (context: ServiceContext<Config>): Promise<RunningService & { url: string }> => {
  const { config, backends, log, metrics } = context;
  const app = Fastify({
    bodyLimit: MAX_JSON_BYTES,
    forceCloseConnections: true,
    // a row's key stands in the path
    routerOptions: { maxParamLength: 10_000 },
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = errorAnswer(error);
      void (reply as FastifyReply).status(status).send(body);
    },
  });
  const plots = createPlotRenderer({ threads: 1 });
  const buckets = openBucketReader(s3OptionsOf(config));
  const pictures = openPictureSources({ config, judge: judgePicture, maxBytes: MAX_IMAGE_BYTES });
  const ports: Ports = { ...backends, config, metrics, plots, pictures, buckets, now: Date.now };

  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorAnswer(hasZodFastifySchemaValidationErrors(error) ? requestError(error) : error);
    if (status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
    else if (status >= 500) log.error({ err: error }, 'a request failed on our side');
    // what is still on its way would stand before the next request on this connection
    if (!request.raw.complete) void reply.header('connection', 'close');
    return reply.status(status).send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const { status, body } = errorAnswer(notFound(`${request.method} ${request.url}`, 'See /docs for what there is'));
    return reply.status(status).send(body);
  });
  await app.register(async (api) => routes(api, ports));
  const url = await app.listen({ host: config.API_HOST, port: config.API_PORT });
  log.info({ url }, 'listening');
  return {
    url,
    async close() {
      await app.close();
      await plots.close();
      await pictures.close();
      await buckets.close();
    },
  };
};

const routes = async (api: FastifyInstance, ports: Ports): Promise<void> => {
  api.setValidatorCompiler(validatorCompiler);
  api.setSerializerCompiler(serializerCompiler);
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Batchmill',
        version: '1',
        description: 'Jobs that turn a dataset and a pipeline into a dataset.',
      },
    },
    transform: jsonSchemaTransform,
  });
  for (const register of [
    uploadRoutes,
    jobRoutes,
    eventRoutes,
    rowRoutes,
    outputRoutes,
    rawRoutes,
    controlRoutes,
    claimRoutes,
    previewRoutes,
    explainRoutes,
    healthRoutes,
  ]) {
    await api.register(async (scope) => register(scope, ports));
  }
  api.get('/openapi.json', { schema: { hide: true } }, () => api.swagger());
  await api.register(reference, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
};
