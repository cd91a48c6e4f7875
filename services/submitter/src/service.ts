import { cancelRequested, requestsBuilt } from '@batchmill/contracts';
import { attention } from '@batchmill/flow';
import { consume } from '@batchmill/service-host';
import type { ServiceDefinition } from '@batchmill/service-host';
import { cancelBatch } from './cancel-batch.ts';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { submitPart } from './submit-part.ts';

export const service: ServiceDefinition<Config> = {
  name: 'submitter',
  config: configSchema,
  async start(context) {
    const { ledger, flow, providers, reservations, deploymentId } = context.backends;
    const submit = submitPart({
      ledger,
      flow,
      providers,
      deploymentId,
      reservations,
      attention: attention(context.backends.queues),
      worker: context.config.WORKER_NAME,
      claimDeadlineMs: context.config.SUBMIT_CLAIM_DEADLINE_MS,
      now: Date.now,
      monotonicMs: () => performance.now(),
      events: createEvents(context.log, context.metrics),
    });
    const consumers = [
      consume(context, requestsBuilt, submit),
      consume(context, cancelRequested, cancelBatch({ ledger, flow, providers })),
    ];
    return { close: async (deadlineMs) => void (await Promise.all(consumers.map((one) => one.close(deadlineMs)))) };
  },
};
