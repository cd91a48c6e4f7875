import { redisFill } from '@batchmill/queue';
import type { Queues } from '@batchmill/queue';
import { NEARLY_FULL, NEARLY_FULL_REASON } from '@batchmill/service-host';
import { ApiError } from './api-error.ts';

/** Throws a 503 while Redis is nearly full: then nothing new is taken, and nothing of it is written. */
export const checkRoom = async ({ redis }: Pick<Queues, 'redis'>): Promise<void> => {
  if ((await redisFill(redis)) < NEARLY_FULL) return;
  throw new ApiError(503, 'redis-full', 'there is no room for new work now; send the request again later', [
    { code: 'redis-full', message: NEARLY_FULL_REASON, remedy: 'Wait as long as Retry-After says and send it again' },
  ]);
};
