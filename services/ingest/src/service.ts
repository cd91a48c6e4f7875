import { jobAccepted } from '@batchmill/contracts';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { ingestJob } from './ingest-job.ts';

export const service: ServiceDefinition<Config> = {
  name: 'ingest',
  config: configSchema,
  async start(context) {
    const { ledger, flow } = context.backends;
    const events = createEvents(context.log, context.metrics);
    const handler = ingestJob({ ledger, flow, maxRowBytes: context.config.INGEST_MAX_ROW_BYTES, events });
    return consume(context, jobAccepted, handler, { beginsWork: true });
  },
};
