import { shardRefSchema } from '@batchmill/contracts';
import type { QueueContract, RunRef } from '@batchmill/contracts';
import { attention, quarantine } from '@batchmill/flow';
import type { Handler } from '@batchmill/queue';
import type { BaseConfig } from './base-config.ts';
import { consumerEvents } from './consumer-events.ts';
import type { RunningService, ServiceContext } from './service-definition.ts';
import { tellTrouble } from './tell-trouble.ts';

/** Works on a queue until closed, with the service's concurrency, log and metrics; work given up is quarantined. */
export const consume = <Payload>(
  context: ServiceContext<Pick<BaseConfig, 'CONCURRENCY' | 'MAX_CRASHES'>>,
  contract: QueueContract<Payload>,
  handler: Handler<Payload>,
): RunningService => {
  const { config, log, metrics, backends } = context;
  const giveUp = quarantine(backends.ledger, backends.flow, contract.name);
  const told = tellTrouble(attention(backends.queues), contract.name, handler);
  const consumer = backends.queues.consume(contract, told, {
    concurrency: config.CONCURRENCY,
    maxCrashes: config.MAX_CRASHES,
    onEvent: consumerEvents(log, metrics),
    onQuarantine: async (payload, reason) => {
      if (isWork(payload)) await giveUp(payload, reason);
    },
  });
  return {
    ready: () => backends.queues.ping(),
    close: (deadlineMs) => consumer.close({ deadlineMs }),
  };
};

const workSchema = shardRefSchema.partial({ shard: true });

/** A message about a run or a shard; ticks are about neither. */
const isWork = (payload: unknown): payload is RunRef & { shard?: number; stage?: string } =>
  workSchema.safeParse(payload).success;
