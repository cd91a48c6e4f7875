import { rowsReady } from '@batchmill/contracts';
import { openPictureSources } from '@batchmill/picture-sources';
import { createPlotRenderer, judgePicture, MAX_IMAGE_BYTES } from '@batchmill/prompts';
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
    const pictures = openPictureSources({ config: context.config, judge: judgePicture, maxBytes: MAX_IMAGE_BYTES });
    const events = createEvents(context.log, context.metrics);
    const handler = buildRequests({ ledger, flow, providers, plots, pictures, poison, events });
    const consumer = consume(context, rowsReady, handler);
    return {
      async close(deadlineMs) {
        await consumer.close(deadlineMs);
        await pictures.close();
        await plots.close();
      },
    };
  },
};

export { buildRequests, configSchema, poisonRows };
