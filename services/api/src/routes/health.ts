import { z } from 'zod';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

export const healthRoutes: Routes = (app, { queues, store, metrics }) => {
  const api = typed(app);
  const ok = z.object({ ok: z.literal(true) });
  api.get('/healthz', { schema: { tags: ['health'], response: { 200: ok } } }, () => ({ ok: true as const }));
  api.get('/readyz', { schema: { tags: ['health'], response: { 200: ok } } }, async () => {
    await queues.ping();
    await store.head('deployment.json');
    return { ok: true as const };
  });
  api.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const text = await metrics.text();
    return reply.type('text/plain; version=0.0.4').send(text);
  });
};
