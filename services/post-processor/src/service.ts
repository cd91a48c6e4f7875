import { resultsStored } from '@batchmill/contracts';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { accountAttempt } from './account-attempt.ts';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';

export const service: ServiceDefinition<Config> = {
  name: 'post-processor',
  config: configSchema,
  async start(context) {
    const { ledger, flow } = context.backends;
    const events = createEvents(context.log, context.metrics);
    return consume(context, resultsStored, accountAttempt({ ledger, flow, events, now: Date.now }));
  },
};
