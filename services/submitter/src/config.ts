import { hostname } from 'node:os';
import { baseConfigShape } from '@batchmill/service-host';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfigShape,
  WORKER_NAME: z
    .string()
    .default(`${hostname()}-${process.pid}`)
    .describe('Named in claims, for whoever reads the ledger'),
  SUBMIT_CLAIM_DEADLINE_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(30_000)
    .describe('A claim older than this (ms) on our own clock is not posted any more, but resolved'),
});
export type Config = z.infer<typeof configSchema>;
