import { defineCommand } from '../command-context.ts';
import { withApi } from '../api/open-api.ts';
import { findJob } from '../job/find-job.ts';
import { EXIT } from '../terminal/exit-codes.ts';

export const pauseCommand = defineCommand<object>({
  name: 'pause',
  describe: (command) =>
    command.description('submit nothing more of a job until it is resumed').argument('[job]', 'default: the newest'),
  run: (context, [wanted]) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const { id } = await findJob(client, wanted);
      await client.pause(id);
      const { state } = await client.job(id);
      context.printer.result(`Job ${id} is being paused. \`batchmill resume ${id}\` makes it go on.`);
      context.printer.json({ job: id, state });
      return EXIT.ok;
    }),
});
