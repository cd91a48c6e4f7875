import type { Queues } from '@batchmill/queue';

/** Reasons for which a job waits for its owner: one sentence per place, taken back when it is over. Only a view. */
export type Attention = {
  raise(job: string, place: string, reason: string): Promise<void>;
  clear(job: string, place: string): Promise<void>;
  /** The first reason, or null. */
  of(job: string): Promise<string | null>;
};

export const attention = ({ redis }: Pick<Queues, 'redis'>): Attention => {
  const key = (job: string): string => redis.key('attention', job);
  return {
    raise: async (job, place, reason) => void (await redis.command('HSET', key(job), place, reason)),
    clear: async (job, place) => void (await redis.command('HDEL', key(job), place)),
    of: async (job) => ((await redis.command('HVALS', key(job))) as string[])[0] ?? null,
  };
};
