import { pictureVariables } from '@batchmill/picture-sources';
import { baseConfigShape, commaSeparated } from '@batchmill/service-host';
import { z } from 'zod';

export const configSchema = z
  .object({
    ...baseConfigShape,
    API_HOST: z.string().default('127.0.0.1').describe('Address the API listens on'),
    API_PORT: z.coerce
      .number()
      .int()
      .min(0)
      .max(65535)
      .default(8080)
      .describe('Port the API listens on; 0 = a free one'),
    API_ALLOW_PUBLIC: z
      .stringbool()
      .default(false)
      .describe('Allow an address other than loopback though the API has no tokens yet'),
    API_MAX_UPLOAD_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(50 * 1024 ** 3)
      .describe('Largest input file (bytes)'),
    API_INPUT_HOSTS: commaSeparated().describe('Hosts, separated by commas, from which https inputs may be fetched'),
    ...pictureVariables,
  })
  .refine(({ API_HOST: host, API_ALLOW_PUBLIC: allowed }) => allowed || isLoopback(host), {
    path: ['API_HOST'],
    message: 'without tokens the API may only listen on loopback; set API_ALLOW_PUBLIC=true to do it all the same',
  });
export type Config = z.infer<typeof configSchema>;

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
