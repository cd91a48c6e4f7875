import { setTimeout as delay } from 'node:timers/promises';
import type { RedisCommands } from './redis/commands.ts';
import { defineScript } from './redis/script.ts';

/** A mark or count nobody cleared goes by itself: only work that vanished without an end can leave one. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** Pause (ms) before a count is cleared again that could not be. */
const END_AGAIN_MS = 1000;

/**
 * Two small keys per message.
 *
 * `again`: when the message was last asked for (earliest due time, ms). BullMQ ignores an id it already knows, also while
 * that message is being worked on, although its handler may have read the ledger before the sender wrote to it. So:
 *   sender:    1. set the mark   2. add the message (perhaps ignored)
 *   consumer:  1. clear the mark 2. run the handler 3. finish, which forgets the id 4. still or again marked? add it anew
 * A mark set after the consumer's step 1 is seen in step 4; one set before it is covered by the run that follows. What is
 * added in vain is ignored as a duplicate. A death between 3 and 4 leaves only a mark: the reconciler's matter.
 *
 * `starts`: runs begun without an end, which is how often the process died at it.
 */
export type MessageMarks = {
  set(messageId: string, dueAtMs: number): Promise<void>;
  /** When it was asked for since its last start, or null. */
  get(messageId: string): Promise<number | null>;
  /** Deaths so far. 0: counted as begun, mark cleared. More: nothing has changed yet, see `beginSuspect`. */
  begin(messageId: string): Promise<number>;
  beginSuspect(messageId: string): Promise<number>;
  /** Never throws: where Redis is away it is done when it is back, since an end that goes unsaid counts as a death. */
  end(messageId: string): Promise<void>;
};

/** `closed` ends what is still tried in the background. */
export const messageMarks = (redis: RedisCommands, queue: string, closed: AbortSignal): MessageMarks => {
  const again = (id: string): string => redis.key('again', queue, id);
  const starts = (id: string): string => redis.key('starts', queue, id);
  const forget = (id: string): Promise<boolean> =>
    redis.command('DEL', starts(id)).then(
      () => true,
      () => false,
    );
  const forgetLater = async (id: string): Promise<void> => {
    do await delay(END_AGAIN_MS, undefined, { ref: false });
    while (!closed.aborted && !(await forget(id)));
  };
  const begin = async (id: string, evenSuspect: 0 | 1): Promise<number> =>
    Number(await redis.run(BEGIN, [starts(id), again(id)], [evenSuspect, KEPT_MS]));
  return {
    set: async (id, dueAtMs) => void (await redis.run(SET_EARLIEST, [again(id)], [dueAtMs, KEPT_MS])),
    get: async (id) => {
      const dueAt = await redis.command('GET', again(id));
      return dueAt === null ? null : Number(dueAt);
    },
    begin: (id) => begin(id, 0),
    beginSuspect: (id) => begin(id, 1),
    end: async (id) => {
      if (!(await forget(id))) void forgetLater(id);
    },
  };
};

const SET_EARLIEST = defineScript(`
  local known = tonumber(redis.call('GET', KEYS[1]))
  if not known or tonumber(ARGV[1]) < known then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  end
`);

const BEGIN = defineScript(`
  local deaths = tonumber(redis.call('GET', KEYS[1]) or '0')
  if deaths == 0 or ARGV[1] == '1' then
    redis.call('SET', KEYS[1], deaths + 1, 'PX', ARGV[2])
    redis.call('DEL', KEYS[2])
  end
  return deaths
`);
