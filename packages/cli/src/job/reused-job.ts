import { isFinalState } from '@batchmill/contracts';
import type { CommandContext } from '../command-context.ts';
import type { Api } from '../api/open-api.ts';
import { findJob } from './find-job.ts';
import { triesOf } from './known-runs.ts';
import type { PreparedRun } from './prepare-run.ts';

/** A job whose answers a new one takes over, and how to say so. */
export type ReusedJob = { id: string; note: string };

/** The job that was named; else the newest `try` of the same pipeline in this state folder, where there is one. */
export const reusedJob = async (
  context: CommandContext,
  api: Api,
  { loaded, known }: Pick<PreparedRun, 'loaded' | 'known'>,
  { reuse }: { reuse?: string },
): Promise<ReusedJob | undefined> => {
  if (reuse !== undefined) {
    const { id } = await findJob(api.client, reuse);
    return { id, note: `Requests that job ${id} has answered are not sent again.` };
  }
  // a run that stands has its own answers
  if (context.url !== undefined || known !== undefined) return undefined;
  for (const { job: id } of await triesOf(context.stateDir, loaded.compiled.name)) {
    const tried = await api.client.job(id).catch(() => undefined);
    if (tried !== undefined && isFinalState(tried.state) && tried.state !== 'failed')
      return { id, note: `Requests that \`batchmill try\` has answered (job ${id}) are not sent again.` };
  }
  return undefined;
};

export const REUSE_OPTION = [
  '--reuse <job>',
  'take over the answers of a job (id, or last): what it was asked is not asked again',
] as const;
