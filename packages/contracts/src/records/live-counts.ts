import { z } from 'zod';

/** Requests of live parts that were sent more than once. */
export const liveCountsSchema = z.object({
  /** Sent again after a failure that may pass, by reason: `rate-limited`, `server-error`, `timeout`, `connection`. */
  retried: z.record(z.string(), z.int().nonnegative()),
  /** At most so many were sent again since the process that had sent them was killed. */
  repeated: z.int().nonnegative(),
});
export type LiveCounts = z.infer<typeof liveCountsSchema>;

export const addLiveCounts = (a: LiveCounts, b: LiveCounts): LiveCounts => {
  const retried = { ...a.retried };
  for (const [reason, count] of Object.entries(b.retried)) retried[reason] = (retried[reason] ?? 0) + count;
  return { retried, repeated: a.repeated + b.repeated };
};

export const noLiveCounts: LiveCounts = { retried: {}, repeated: 0 };
