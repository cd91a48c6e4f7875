import { pictureVariables } from '@batchmill/picture-sources';
import { baseConfigShape } from '@batchmill/service-host';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfigShape,
  PLOT_THREADS: z.coerce.number().int().positive().optional().describe('Worker threads for plots; default: all cores'),
  ...pictureVariables,
});
export type Config = z.infer<typeof configSchema>;
