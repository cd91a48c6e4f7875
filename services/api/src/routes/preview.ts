import { previewRequestSchema, previewSchema } from '@batchmill/contracts';
import { preview } from '../preview.ts';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

export const previewRoutes: Routes = (app, ports) => {
  typed(app).post(
    '/v1/preview',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Exact request bodies, token counts and cost of some rows; makes no job',
        body: previewRequestSchema,
        response: { 200: previewSchema },
      },
    },
    ({ body }) => preview(ports, body),
  );
};
