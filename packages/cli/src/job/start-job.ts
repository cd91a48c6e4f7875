import { isFinalState } from '@batchmill/contracts';
import type { CreateJob, JobState } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';

export type Began = 'new' | 'resumed' | 'finished-before';

/** Creates the job, or finds the one that this run already is; one that was paused goes on. */
export const startJob = async (
  client: Client,
  job: CreateJob,
  identity: string,
): Promise<{ id: string; state: JobState; began: Began }> => {
  const newestBefore = (await client.jobs()).jobs[0]?.id;
  const { id, state } = await client.createJob(job, identity);
  // Ids begin with inverted time: one that was made just now sorts before all that were there.
  if (newestBefore === undefined || id < newestBefore) return { id, state, began: 'new' };
  if (isFinalState(state)) return { id, state, began: 'finished-before' };
  if (state === 'paused') await client.resume(id);
  return { id, state, began: 'resumed' };
};
