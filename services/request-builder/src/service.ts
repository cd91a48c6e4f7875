import { rowsReady } from '@batchmill/contracts';
import { createPlotRenderer } from '@batchmill/prompts';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { buildRequests } from './build-requests.ts';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { poisonRows } from './poison-rows.ts';

export const service: ServiceDefinition<Config> = {
  name: 'request-builder',
  config: configSchema,
  async start(context) {
    const { ledger, flow, providers, queues } = context.backends;
    const poison = poisonRows(queues);
    const { PLOT_THREADS: threads } = context.config;
    const plots = createPlotRenderer(threads === undefined ? {} : { threads });
    const events = createEvents(context.log, context.metrics);
    const consumer = consume(context, rowsReady, buildRequests({ ledger, flow, providers, plots, poison, events }));
    return {
      async close(deadlineMs) {
        await consumer.close(deadlineMs);
        await plots.close();
      },
    };
  },
};

export { buildRequests, configSchema, poisonRows };
