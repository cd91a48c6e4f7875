import { pollDue } from '@batchmill/contracts';
import { inFlight } from '@batchmill/queue';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { PollInterval } from './poll-interval.ts';
import { watchBatches } from './watch-batches.ts';

export const service: ServiceDefinition<Config> = {
  name: 'poller',
  config: configSchema,
  async start(context) {
    const { ledger, flow, providers, queues } = context.backends;
    const { POLL_TICK_MS: tickMs, POLL_MAX_INTERVAL_MS: maxMs } = context.config;
    const handler = watchBatches({
      ledger,
      flow,
      providers,
      inFlight: inFlight(queues.redis),
      reservations: context.backends.reservations,
      interval: new PollInterval(tickMs, maxMs),
      events: createEvents(context.log, context.metrics),
      now: Date.now,
    });
    for (const account of providers.names) await queues.every(pollDue, { account }, tickMs);
    return consume(context, pollDue, handler);
  },
};
