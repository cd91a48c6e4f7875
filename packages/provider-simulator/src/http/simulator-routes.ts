import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { faultsSchema } from '../faults/fault-settings.ts';
import { webhookSettingsSchema } from '../webhooks/webhook-settings.ts';
import { ApiError, apiProblem } from './api-error.ts';
import type { ServerParts } from './server-parts.ts';

const advanceSchema = z.strictObject({ advanceMs: z.number().min(0) });

/** What no provider has: the meter, the faults and the clock. */
export const addSimulatorRoutes = (app: FastifyInstance, parts: ServerParts): void => {
  const { meter, store, faults, clock, webhooks } = parts;

  app.get('/_simulator/meter', async () => ({
    files: store.uploads(),
    batches: store.batches.size,
    ...meter.reading(),
  }));

  app.get('/_simulator/faults', async () => faults.current());
  app.post('/_simulator/faults', async (request) => {
    await faults.replace(parse(faultsSchema, request.body));
    return faults.current();
  });

  app.get('/_simulator/webhooks', async () => webhooks.current());
  app.post('/_simulator/webhooks', async (request) => {
    await webhooks.replace(parse(webhookSettingsSchema, request.body));
    return webhooks.current();
  });

  app.get('/_simulator/clock', async () => ({ nowMs: clock.nowMs(), speed: clock.speed }));
  app.post('/_simulator/clock', async (request) => {
    clock.advance(parse(advanceSchema, request.body).advanceMs);
    return { nowMs: clock.nowMs(), speed: clock.speed };
  });
};

const parse = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError(apiProblem({ status: 400, code: 'invalid_settings' }, z.prettifyError(parsed.error)));
};
