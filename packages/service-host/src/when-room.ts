import type { Attention } from '@batchmill/flow';
import { postpone, redisFill } from '@batchmill/queue';
import type { Handler, Queues } from '@batchmill/queue';

/**
 * Above this share of Redis' `maxmemory` no new work is begun. What has begun goes on, and makes room: a Redis that is full
 * to the brim cannot even forget a finished message (measured).
 */
export const NEARLY_FULL = 0.8;

export const NEARLY_FULL_REASON =
  'Redis is nearly full; raise its maxmemory, or wait until running jobs have made room';

const LOOK_AGAIN_MS = 5000;

/** A handler that begins new work only while Redis has room; meanwhile the job's status says what it waits for. */
export const whenRoom =
  <Payload>({ redis }: Pick<Queues, 'redis'>, attention: Attention, handler: Handler<Payload>): Handler<Payload> =>
  async (payload, context) => {
    const job = jobOf(payload) ?? '';
    if ((await redisFill(redis)) >= NEARLY_FULL) {
      await attention.trouble(job, PLACE, NEARLY_FULL_REASON);
      return postpone(LOOK_AGAIN_MS);
    }
    await attention.clear(job, PLACE);
    return handler(payload, context);
  };

const PLACE = 'redis';

export const jobOf = (payload: unknown): string | null =>
  typeof payload === 'object' && payload !== null && 'job' in payload && typeof payload.job === 'string'
    ? payload.job
    : null;
