import { transformReady } from '@batchmill/contracts';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { transformShard } from './transform-shard.ts';

export const service: ServiceDefinition<Config> = {
  name: 'augmenter',
  config: configSchema,
  async start(context) {
    const { ledger, flow } = context.backends;
    const events = createEvents(context.log, context.metrics);
    return consume(context, transformReady, transformShard({ ledger, flow, events }));
  },
};
