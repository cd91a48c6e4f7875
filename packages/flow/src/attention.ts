import type { Queues } from '@batchmill/queue';

/** Reasons for which a job stands or is slow: one sentence per place, taken back when it is over. Only a view. */
export type Attention = {
  /** The job waits for its owner. */
  raise(job: string, place: string, reason: string): Promise<void>;
  /** Work fails and is tried again: it may pass by itself. */
  trouble(job: string, place: string, reason: string): Promise<void>;
  clear(job: string, place: string): Promise<void>;
  /** The first reason, one that waits for the owner before others; or null. */
  of(job: string): Promise<{ waits: boolean; reason: string } | null>;
};

const TROUBLE = 'trouble:';

export const attention = ({ redis }: Pick<Queues, 'redis'>): Attention => {
  const key = (job: string): string => redis.key('attention', job);
  return {
    raise: async (job, place, reason) => void (await redis.command('HSET', key(job), place, reason)),
    trouble: async (job, place, reason) => void (await redis.command('HSET', key(job), `${TROUBLE}${place}`, reason)),
    clear: async (job, place) => void (await redis.command('HDEL', key(job), place, `${TROUBLE}${place}`)),
    of: async (job) => {
      const flat = (await redis.command('HGETALL', key(job))) as string[];
      const all = flat.flatMap((place, index) =>
        index % 2 === 0 ? [{ waits: !place.startsWith(TROUBLE), reason: flat[index + 1] ?? '' }] : [],
      );
      return all.find(({ waits }) => waits) ?? all[0] ?? null;
    },
  };
};
