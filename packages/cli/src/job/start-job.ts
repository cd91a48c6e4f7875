import { isFinalState } from '@batchmill/contracts';
import type { CreateJob, JobState, JobSummary } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';

export type Began = 'new' | 'resumed' | 'finished-before';
export type Started = {
  id: string;
  state: JobState;
  began: Began;
  /** The newest job of the same name, where this one is new. */
  previous?: JobSummary | undefined;
};

/** Creates the job, or finds the one that this run already is; one that stands goes on, within `maxCost`. */
export const startJob = async (
  client: Client,
  job: CreateJob,
  { key, name, maxCost }: { key: string; name: string; maxCost: number | undefined },
): Promise<Started> => {
  const { jobs } = await client.jobs();
  const newestBefore = jobs[0]?.id;
  const previous = jobs.find((earlier) => earlier.name === name);
  const { id, state } = await client.createJob({ ...job, ...(previous && { previous: previous.id }) }, key);
  // Ids begin with inverted time: one that was made just now sorts before all that were there.
  if (newestBefore === undefined || id < newestBefore) return { id, state, began: 'new', previous };
  if (isFinalState(state)) return { id, state, began: 'finished-before' };
  if (state === 'paused' || state === 'needs-attention' || maxCost !== undefined) await client.resume(id, { maxCost });
  return { id, state, began: 'resumed' };
};
