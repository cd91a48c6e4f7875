import { isFinalState } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { withApi } from '../api/open-api.ts';
import { findRequestJob, requestJobs } from '../batch/request-jobs.ts';
import { defineCommand } from '../command-context.ts';
import { statusLines } from '../job/status-lines.ts';
import { EXIT } from '../terminal/exit-codes.ts';

export const batchCheckCommand = defineCommand<object>({
  name: 'check',
  describe: (command) =>
    command
      .description('show how far request files are, and what they have cost')
      .argument('[jobs...]', 'default: those that have not ended, or else the newest'),
  run: (context, given) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const wanted = given.filter((job) => job !== undefined);
      const jobs = await Promise.all((await idsOf(client, wanted)).map((id) => client.job(id)));
      const shown = jobs.map((job) => statusLines(job, context.printer.colours).join('\n'));
      context.printer.result(shown.join('\n\n'));
      context.printer.json({ jobs });
      return EXIT.ok;
    }),
});

const idsOf = async (client: Client, wanted: readonly string[]): Promise<string[]> => {
  const ids = new Set<string>();
  for (const job of wanted) ids.add((await findRequestJob(client, job)).id);
  if (wanted.length > 0) return [...ids];
  for await (const { id, state } of requestJobs(client)) if (!isFinalState(state)) ids.add(id);
  return ids.size > 0 ? [...ids] : [(await findRequestJob(client)).id];
};
