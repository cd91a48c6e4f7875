import { baseConfigShape } from '@batchmill/service-host';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfigShape,
  INGEST_MAX_ROW_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(32 * 1024 * 1024)
    .describe('Largest row (bytes); a larger one is rejected'),
});
export type Config = z.infer<typeof configSchema>;
