import { PermanentError } from '@batchmill/contracts';
import type { Attention } from '@batchmill/flow';
import type { Handler } from '@batchmill/queue';
import { jobOf } from './when-room.ts';

/** Failures of one message before its job tells them: the first ones are over in a few seconds as a rule. */
const TOLD_FROM_ATTEMPT = 3;

/** A handler whose failures the job's status tells, until the work succeeds. Failures pass through unchanged. */
export const tellTrouble = <Payload>(
  attention: Attention,
  queue: string,
  handler: Handler<Payload>,
): Handler<Payload> => {
  // Told by a process before this one, it must be taken back all the same: once per job.
  const cleared = new Set<string>();
  return async (payload, context) => {
    const job = jobOf(payload);
    try {
      const outcome = await handler(payload, context);
      if (job !== null && !cleared.has(job)) {
        if (cleared.size > 1000) cleared.clear();
        cleared.add(job);
        await attention.clear(job, queue);
      }
      return outcome;
    } catch (error) {
      const isTold =
        context.attempt >= TOLD_FROM_ATTEMPT && !context.signal.aborted && !(error instanceof PermanentError);
      if (job !== null && isTold) {
        cleared.delete(job);
        const { reason, waits } = describe(error);
        const tell = waits ? attention.raise : attention.trouble;
        await tell(job, queue, reason).catch(() => undefined);
      }
      throw error;
    }
  };
};

/** Of the disk below the store: none of these passes by itself. */
const DISK = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES']);

/** Of the error, or of what the store's own error was made from. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  if ('code' in error && DISK.has(String(error.code))) return String(error.code);
  return codeOf(error.cause);
};

const describe = (error: unknown): { reason: string; waits: boolean } => {
  const message = error instanceof Error ? error.message : String(error);
  if (DISK.has(codeOf(error))) return { reason: message, waits: true };
  return { reason: `${message.replace(/[.\s]+$/, '')}; it is tried again and again`, waits: false };
};
