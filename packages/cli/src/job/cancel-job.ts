import { isFinalState } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { followJob } from './follow-job.ts';
import { outcomeText } from './status-lines.ts';

/** Ends a job, waits for its end where this process does the work, and says what there is; gives the exit code. */
export const cancelJob = async (context: CommandContext, api: Api, id: string): Promise<number> => {
  const { client, worker } = api;
  await client.cancel(id);
  const { end, status } =
    worker === 'server' ? { end: 'final', status: await client.job(id) } : await followJob(context, api, id);
  context.printer.result(
    isFinalState(status.state)
      ? `Job ${id} is ${status.state}: ${outcomeText(status.outcomes) || 'no row was done'}. \`batchmill download ${id}\` writes what there is.`
      : `Job ${id} is being cancelled. \`batchmill status ${id}\` shows how far that is.`,
  );
  context.printer.json({ job: id, state: status.state, outcomes: status.outcomes });
  return end === 'interrupted' ? EXIT.interrupted : EXIT.ok;
};
