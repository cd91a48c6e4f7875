import { isFinalState } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { exitCodeOf } from '../job/exit-code-of.ts';
import { findJob } from '../job/find-job.ts';
import { followJob } from '../job/follow-job.ts';
import { standingLines } from '../job/goodbye.ts';
import { statusLines } from '../job/status-lines.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** Looks on only: where nobody works on the job, it says so instead of doing the work. */
export const watchCommand = defineCommand<object>({
  name: 'watch',
  describe: (command) =>
    command.description('follow a job that runs elsewhere, to its end').argument('[job]', 'default: the newest'),
  run: (context, [wanted]) =>
    withApi(context, { mustExist: true }, async (api) => {
      const { client, worker } = api;
      const { id, state } = await findJob(client, wanted);
      if (worker === 'this process' && !isFinalState(state))
        throw new UsageError(`Nobody works on job ${id} now. \`batchmill resume ${id}\` makes it go on.`);
      const { end, status } = await followJob(context, api, id);
      const shown = statusLines(status, context.printer.colours);
      context.printer.result([...shown, ...(end === 'standing' ? standingLines(status) : [])].join('\n'));
      context.printer.json(status);
      if (end === 'interrupted') return EXIT.interrupted;
      return exitCodeOf(status);
    }),
});
