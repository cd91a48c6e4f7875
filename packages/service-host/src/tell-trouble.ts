import { PermanentError } from '@batchmill/contracts';
import type { Attention } from '@batchmill/flow';
import type { Handler } from '@batchmill/queue';

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

const jobOf = (payload: unknown): string | null =>
  typeof payload === 'object' && payload !== null && 'job' in payload && typeof payload.job === 'string'
    ? payload.job
    : null;

/** Of the disk below the store: none of these passes by itself. */
const DISK: Record<string, string> = {
  ENOSPC: 'the disk of the store is full; make room on it',
  EDQUOT: 'the quota of the disk of the store is used up; make room',
  EROFS: 'the disk of the store cannot be written; mount it for writing',
  EACCES: 'the folder of the store may not be written; give this user write access to it',
};

const describe = (error: unknown): { reason: string; waits: boolean } => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const disk = DISK[code];
  if (disk !== undefined) return { reason: disk, waits: true };
  const message = error instanceof Error ? error.message : String(error);
  return { reason: `${message.replace(/[.\s]+$/, '')}; it is tried again and again`, waits: false };
};
