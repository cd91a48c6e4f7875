import { runLive } from '@batchmill/contracts';
import { attention } from '@batchmill/flow';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { createAccountGates } from './account-gates.ts';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { settingsOf } from './live-settings.ts';
import { runPart } from './run-part.ts';

export const service: ServiceDefinition<Config> = {
  name: 'live-runner',
  config: configSchema,
  async start(context) {
    const { ledger, flow, providers, reservations, queues } = context.backends;
    const settings = settingsOf(context.config);
    const clock = { monotonicMs: () => performance.now(), random: Math.random };
    const run = runPart({
      ledger,
      flow,
      providers,
      reservations,
      attention: attention(queues),
      gateOf: createAccountGates({ limit: settings.concurrency, ...clock }),
      settings,
      worker: context.config.WORKER_NAME,
      events: createEvents(context.log, context.metrics),
      ...clock,
    });
    return consume(context, runLive, run);
  },
};
