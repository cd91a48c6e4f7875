import type { CreateJob } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { rememberRun } from '../job/known-runs.ts';
import { newKey } from '../job/run-identity.ts';
import { startJob } from '../job/start-job.ts';
import type { Started } from '../job/start-job.ts';

type Run = { identity: string; name: string; out: string; isNew: boolean };

/** Creates a job that sends nothing, or finds the one that the same call has made before. */
export const startByHand = async (
  context: CommandContext,
  { client }: Pick<Api, 'client'>,
  job: CreateJob,
  { identity, name, out, isNew }: Run,
): Promise<Started> => {
  const key = isNew ? newKey(identity) : identity;
  const started = await startJob(client, job, { key, name, maxCost: undefined });
  if (context.url === undefined)
    await rememberRun(context.stateDir, { identity, key, job: started.id, name, out, simulator: false });
  return started;
};
