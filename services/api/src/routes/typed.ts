import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

/** Routes whose zod schemas type their requests and answers. */
export const typed = (app: FastifyInstance) => app.withTypeProvider<ZodTypeProvider>();
