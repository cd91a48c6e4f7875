import { setTimeout as delay } from 'node:timers/promises';
import { isFinalState } from '@batchmill/contracts';
import type { JobState, JobStatus } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { createProgress } from './progress.ts';

/** How the following ended: the job is over, it stands and waits for somebody, or the user has had enough. */
export type Followed = { end: 'final' | 'standing' | 'interrupted'; status: JobStatus };

/**
 * How long a job may stand in a state before that is told, ms: a provider out of reach may be back in a moment, and
 * `paused` may be what the job was before the `resume` that we have just sent.
 */
export const PATIENCE_MS: Partial<Record<JobState, number>> = { paused: 3_000, 'needs-attention': 15_000 };

/** How long Ctrl-C waits for what is true by now, ms. */
const LAST_LOOK_MS = 1_000;

/** Shows a job's progress until it is final, stands still, or Ctrl-C is pressed. */
export const followJob = async (
  context: CommandContext,
  { client, interrupt }: Pick<Api, 'client' | 'interrupt'>,
  id: string,
  patienceMs = PATIENCE_MS,
): Promise<Followed> => {
  const stands = new AbortController();
  const signal = AbortSignal.any([stands.signal, interrupt]);
  const standing = standingTimer(patienceMs, () => stands.abort());
  const progress = createProgress(context);
  let status: JobStatus | undefined;
  try {
    for await (const next of client.events(id, { signal })) {
      status = next;
      progress.show(next);
      standing.see(next.state);
      if (isFinalState(next.state)) return { end: 'final', status: next };
    }
    return { end: 'final', status: await client.job(id) };
  } catch (error) {
    if (!signal.aborted) throw error;
    const end = interrupt.aborted ? 'interrupted' : 'standing';
    // the last snapshot may be seconds old, and a batch placed since then costs money
    const seen = status;
    const looked = client.job(id);
    if (seen === undefined) return { end, status: await looked };
    const inTime = delay(LAST_LOOK_MS, seen, { ref: false });
    return { end, status: await Promise.race([looked.catch(() => seen), inTime]) };
  } finally {
    standing.see(undefined);
    progress.end();
  }
};

/** Calls back once a job has stayed in a standing state for as long as is allowed there. */
const standingTimer = (patienceMs: Partial<Record<JobState, number>>, callBack: () => void) => {
  let current: JobState | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    see: (state: JobState | undefined): void => {
      if (state === current) return;
      clearTimeout(timer);
      current = state;
      const allowedMs = state === undefined ? undefined : patienceMs[state];
      if (allowedMs !== undefined) timer = setTimeout(callBack, allowedMs);
    },
  };
};
