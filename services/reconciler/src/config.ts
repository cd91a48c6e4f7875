import { baseConfigShape } from '@batchmill/service-host';
import { z } from 'zod';

const SHORTEST_AGE_MS = 3_600_000;

export const configSchema = z.object({
  ...baseConfigShape,
  RECONCILE_INTERVAL_MS: z.coerce.number().int().min(100).default(5000).describe('Pause (ms) between two rounds'),
  RECONCILE_WALK_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(900_000)
    .describe('How often (ms) a run is walked shard by shard though nothing is overdue'),
  RECONCILE_AUDIT_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(600_000)
    .describe("How often (ms) a provider's list is searched for batches of ours that nobody recorded"),
  RECONCILE_BLOB_AGE_MS: z.coerce
    .number()
    .int()
    .refine((ageMs) => ageMs === 0 || ageMs >= SHORTEST_AGE_MS, {
      message: `0, or at least ${SHORTEST_AGE_MS}: a record that names a blob may be about to be written`,
    })
    .default(604_800_000)
    .describe('Age (ms) after which blobs that no record names are deleted; 0 = never'),
  POLL_TICK_MS: z.coerce
    .number()
    .int()
    .min(50)
    .default(1000)
    .describe("The poller's tick (ms), set up anew each round"),
});
export type Config = z.infer<typeof configSchema>;
