import { isRedisFull } from '@batchmill/queue';
import type { ConsumerEvent } from '@batchmill/queue';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** Beginning anew so often without effect, a consumer is beyond help in this process. */
const REPLACED_AT_MOST = 3;

/** Log record and counter of what becomes of messages. */
export const consumerEvents = (
  log: Logger,
  metrics: Metrics,
  endProcess: (reason: Error) => void = () => undefined,
): ((event: ConsumerEvent) => void) => {
  const messages = metrics.counter('batchmill_messages_total', 'Messages by what became of them', ['queue', 'outcome']);
  const seconds = metrics.histogram('batchmill_message_seconds', 'Time spent on a message', { labelNames: ['queue'] });
  return ({ queue, ...event }) => {
    messages.inc(1, { queue, outcome: event.kind });
    if ('tookMs' in event) seconds.observe(event.tookMs / 1000, { queue });
    const fields = { queue, ...event };
    switch (event.kind) {
      case 'done':
      case 'postponed':
        return log.debug(fields, `message ${event.kind}`);
      case 'failed':
        if (event.attemptsLeft > 0) return log.warn(fields, 'message failed, comes again');
        return log.error(fields, 'message failed for the last time; the reconciler will send it again');
      case 'quarantined':
        return log.error(fields, 'work given up');
      case 'unreadable':
        return log.error(fields, 'message dropped: it does not fit its contract');
      case 'handed-back':
        return log.info(fields, 'message handed back');
      case 'lock-lost':
        return log.warn(fields, 'message lost to another worker');
      case 'replaced':
        log.error(fields, 'a consumer had stopped asking for work without an error; it begins anew');
        if (event.times >= REPLACED_AT_MOST)
          endProcess(new Error(`the consumer of ${queue} does not come back to life`));
        return;
      case 'error':
        if (isRedisFull(event.error)) return log.error(fields, FULL);
        return log.warn(fields, 'Redis is in trouble');
    }
  };
};

const FULL = 'Redis is full: nothing is lost, but work stands until its maxmemory is raised or memory is freed';
