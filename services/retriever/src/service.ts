import { batchEnded } from '@batchmill/contracts';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { fetchResults } from './fetch-results.ts';

export const service: ServiceDefinition<Config> = {
  name: 'retriever',
  config: configSchema,
  async start(context) {
    const { ledger, flow, providers } = context.backends;
    const events = createEvents(context.log, context.metrics);
    return consume(context, batchEnded, fetchResults({ ledger, flow, providers, events, now: Date.now }));
  },
};
