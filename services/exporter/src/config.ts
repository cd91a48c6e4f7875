import { baseConfigShape } from '@batchmill/service-host';
import { z } from 'zod';

export const configSchema = z.object(baseConfigShape);
export type Config = z.infer<typeof configSchema>;
