import type { AttemptRef } from '@batchmill/contracts';
import { partEntry } from '@batchmill/flow';
import type { Queues } from '@batchmill/queue';

/** Rows during whose request the process has died. Kept in Redis: losing it costs another death, and nothing else. */
export type PoisonRows = {
  /** What the tries before this one died at: to be left out from now on. */
  found(ref: AttemptRef): Promise<Set<string>>;
  /** Says which row is worked on now, so that it is known if this is the end. */
  mark(ref: AttemptRef, row: string): Promise<void>;
  clear(ref: AttemptRef): Promise<void>;
};

const KEPT_MS = 7 * 24 * 3600 * 1000;

export const poisonRows = ({ redis }: Pick<Queues, 'redis'>): PoisonRows => {
  const key = (kind: string, ref: AttemptRef): string =>
    redis.key(kind, ref.tenant, ref.job, partEntry({ ...ref, part: 0 }));
  return {
    found: async (ref) => {
      const last = (await redis.command('GET', key('suspect-row', ref))) as string | null;
      if (last !== null) {
        await redis.command('SADD', key('poison-rows', ref), last);
        await redis.command('PEXPIRE', key('poison-rows', ref), KEPT_MS);
        await redis.command('DEL', key('suspect-row', ref));
      }
      return new Set((await redis.command('SMEMBERS', key('poison-rows', ref))) as string[]);
    },
    mark: async (ref, row) => void (await redis.command('SET', key('suspect-row', ref), row, 'PX', KEPT_MS)),
    clear: async (ref) => void (await redis.command('DEL', key('suspect-row', ref), key('poison-rows', ref))),
  };
};
