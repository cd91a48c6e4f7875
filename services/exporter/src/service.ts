import { jobReadyToExport } from '@batchmill/contracts';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { exportRun } from './export-run.ts';

export const service: ServiceDefinition<Config> = {
  name: 'exporter',
  config: configSchema,
  async start(context) {
    const { ledger, flow } = context.backends;
    const events = createEvents(context.log, context.metrics);
    return consume(context, jobReadyToExport, exportRun({ ledger, flow, events, now: Date.now }));
  },
};
