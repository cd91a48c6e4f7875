import type { ServiceDefinition } from '@batchmill/service-host';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { startServer } from './start-server.ts';

export const service: ServiceDefinition<Config> = {
  name: 'api',
  config: configSchema,
  async start(context) {
    return startServer(context);
  },
};

export { startServer };
export type { Config as ApiConfig };
