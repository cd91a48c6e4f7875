import { hostname } from 'node:os';
import { baseConfigShape } from '@batchmill/service-host';
import { z } from 'zod';

const positiveInteger = () => z.coerce.number().int().positive();

/** `fetch` gives an answer up that has not begun after 300 s, whatever it is told. */
const LONGEST_REQUEST_MS = 295_000;

export const configSchema = z.object({
  ...baseConfigShape,
  WORKER_NAME: z
    .string()
    .default(`${hostname()}-${process.pid}`)
    .describe('Named in checkpoints, for whoever reads the ledger'),
  LIVE_CONCURRENCY: positiveInteger()
    .default(16)
    .describe('Requests under way at once, for each provider account, over all of this process'),
  LIVE_REQUEST_TIMEOUT_MS: positiveInteger()
    .max(LONGEST_REQUEST_MS)
    .default(240_000)
    .describe('Longest single request (ms), to the last byte of its answer'),
  LIVE_RETRY_MS: positiveInteger()
    .default(600_000)
    .describe('A row whose request fails later than this (ms) after its first is not sent again in this attempt'),
  LIVE_CHECKPOINT_ROWS: positiveInteger().default(32).describe('Answers in a checkpoint'),
  LIVE_CHECKPOINT_MS: positiveInteger().default(3000).describe('Longest time (ms) between checkpoints'),
});
export type Config = z.infer<typeof configSchema>;
