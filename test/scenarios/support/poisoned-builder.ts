/** The request-builder as a process in which one picture kills the process: whatever has a point of 666 in its plot. */
import { rowsReady } from '@batchmill/contracts';
import { openPictureSources } from '@batchmill/picture-sources';
import { createPlotRenderer, judgePicture, MAX_IMAGE_BYTES } from '@batchmill/prompts';
import { consume, runService } from '@batchmill/service-host';
import { buildRequests, configSchema, poisonRows } from '@batchmill/service-request-builder';

await runService({
  name: 'request-builder',
  config: configSchema,
  async start(context) {
    const { ledger, flow, providers, queues } = context.backends;
    const real = createPlotRenderer({ threads: 1 });
    const plots: typeof real = {
      ...real,
      render: (lines, ...how) => {
        if (lines.some(({ series }) => series.includes(666))) process.kill(process.pid, 'SIGKILL');
        return real.render(lines, ...how);
      },
    };
    const pictures = openPictureSources({ config: context.config, judge: judgePicture, maxBytes: MAX_IMAGE_BYTES });
    const events = { planned: () => {} };
    const handler = buildRequests({ ledger, flow, providers, plots, pictures, poison: poisonRows(queues), events });
    return consume(context, rowsReady, handler);
  },
});
