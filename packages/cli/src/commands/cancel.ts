import { isFinalState } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { followJob } from '../job/follow-job.ts';
import { outcomeText } from '../job/status-lines.ts';
import { EXIT } from '../terminal/exit-codes.ts';

export const cancelCommand = defineCommand<object>({
  name: 'cancel',
  describe: (command) =>
    command
      .description('end a job, at the provider too; what is done stays')
      .argument('<job>', 'the beginning of its id, or "last"'),
  run: (context, [wanted]) =>
    withApi(context, { mustExist: true }, async (api) => {
      const { client, worker } = api;
      const { id } = await findJob(client, wanted);
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
    }),
});
