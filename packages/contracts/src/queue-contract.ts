import type { z } from 'zod';

/** A queue: its name on the wire, what its messages carry, the id that makes a re-send harmless, how it retries. */
export type QueueContract<Payload> = {
  readonly name: string;
  readonly payload: z.ZodType<Payload>;
  /** Same work → same id, so that a message sent twice waits once. Never contains `:`. */
  readonly messageId: (payload: Payload) => string;
  /** Tries before the message is dropped; the reconciler sends it again when its shard is overdue. */
  readonly attempts: number;
  readonly backoffMs: number;
};

export const defineQueue = <Payload>(contract: QueueContract<Payload>): QueueContract<Payload> => contract;
