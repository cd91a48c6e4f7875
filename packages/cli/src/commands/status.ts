import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { statusLines } from '../job/status-lines.ts';
import { EXIT } from '../terminal/exit-codes.ts';

export const statusCommand = defineCommand<object>({
  name: 'status',
  describe: (command) =>
    command.description('show how far a job is and what it has cost').argument('[job]', 'default: the newest'),
  run: (context, [wanted]) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const status = await client.job((await findJob(client, wanted)).id);
      context.printer.result(statusLines(status, context.printer.colours).join('\n'));
      context.printer.json(status);
      return EXIT.ok;
    }),
});
