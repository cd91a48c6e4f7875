import { submissionRefSchema } from '@batchmill/contracts';
import type { QueueContract, RunRef, SubmissionRef } from '@batchmill/contracts';
import { attention, quarantine } from '@batchmill/flow';
import type { Handler } from '@batchmill/queue';
import type { BaseConfig } from './base-config.ts';
import { consumerEvents } from './consumer-events.ts';
import type { RunningService, ServiceContext } from './service-definition.ts';
import { tellTrouble } from './tell-trouble.ts';
import { whenRoom } from './when-room.ts';

/**
 * Works on a queue until closed, with the service's concurrency, log and metrics; work given up is quarantined.
 * `beginsWork`: its messages bring more into Redis than they take out, and wait while it is nearly full.
 */
export const consume = <Payload>(
  context: ServiceContext<Pick<BaseConfig, 'CONCURRENCY' | 'MAX_CRASHES'>>,
  contract: QueueContract<Payload>,
  handler: Handler<Payload>,
  { beginsWork = false }: { beginsWork?: boolean } = {},
): RunningService => {
  const { config, log, metrics, backends } = context;
  const giveUp = quarantine(backends.ledger, backends.flow, contract.name);
  const reasons = attention(backends.queues);
  const told = tellTrouble(reasons, contract.name, handler);
  const work = beginsWork ? whenRoom(backends.queues, reasons, told) : told;
  const consumer = backends.queues.consume(contract, work, {
    concurrency: config.CONCURRENCY,
    maxCrashes: config.MAX_CRASHES,
    onEvent: consumerEvents(log, metrics, context.endProcess),
    onQuarantine: async (payload, reason) => {
      if (isWork(payload)) await giveUp(payload, reason);
    },
  });
  return {
    ready: () => backends.queues.ping(),
    close: (deadlineMs) => consumer.close({ deadlineMs }),
  };
};

const workSchema = submissionRefSchema.partial({
  shard: true,
  stage: true,
  attempt: true,
  part: true,
  submission: true,
});

/** A message about a run or something of a shard; ticks are about neither. */
const isWork = (payload: unknown): payload is RunRef & Partial<SubmissionRef> => workSchema.safeParse(payload).success;
