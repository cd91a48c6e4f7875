import type { QueueContract } from '@batchmill/contracts';
import type { Queue } from 'bullmq';
import { jobOptions } from './message-queue.ts';

/** How often a chain of ticks is looked at. */
const CHECK_MS = 30_000;

/**
 * Makes sure that one chain of ticks runs for this message. Left alone where it does: an upsert would begin it anew, and
 * with many processes starting nobody would ever tick. Begun anew where Redis lost it, or its next tick is long overdue.
 */
export const ensureTicks = async <Payload>(
  bull: Queue,
  contract: QueueContract<Payload>,
  payload: Payload,
  intervalMs: number,
): Promise<void> => {
  const id = contract.messageId(payload);
  const known = await bull.getJobScheduler(id);
  const overdueMs = Date.now() - (known?.next ?? 0);
  if (known?.every === intervalMs && overdueMs < 2 * intervalMs + CHECK_MS) return;
  await bull.upsertJobScheduler(
    id,
    { every: intervalMs },
    { name: contract.name, data: payload, opts: jobOptions(contract) },
  );
};

/** Calls `ensure` again and again until stopped: a Redis that was emptied has lost its schedule too. */
export const keepTicking = (ensure: () => Promise<void>, checkMs = CHECK_MS): { stop(): void } => {
  const timer = setInterval(() => void ensure().catch(() => undefined), checkMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};
