import { baseConfigShape } from '@batchmill/service-host';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfigShape,
  POLL_TICK_MS: z.coerce
    .number()
    .int()
    .min(50)
    .default(1000)
    .describe('How often (ms) it is asked whether a look is due'),
  POLL_MAX_INTERVAL_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(60_000)
    .describe('Longest pause (ms) between two looks at a provider'),
});
export type Config = z.infer<typeof configSchema>;
