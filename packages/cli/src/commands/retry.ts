import { resolve } from 'node:path';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { finishJob } from '../job/finish-job.ts';
import { outFolder } from '../job/known-runs.ts';
import { mustTakeFiles } from '../job/out-folder.ts';
import { EXIT } from '../terminal/exit-codes.ts';

export const retryCommand = defineCommand<{ out?: string }>({
  name: 'retry',
  describe: (command) =>
    command
      .description('ask the rows of an ended job that are not ok once more')
      .argument('[job]', 'default: the newest')
      .option('--out <dir>', 'where the files go (default: where the run puts them, or a folder named like the job)'),
  run: (context, [wanted], options) =>
    withApi(context, { mustExist: true }, async (api) => {
      const job = await findJob(api.client, wanted);
      if (job.state === 'completed') {
        context.printer.result(`Every row of job ${job.id} is ok: there is nothing to ask again.`);
        context.printer.json({ job: job.id, state: job.state });
        return EXIT.ok;
      }
      await api.client.retry(job.id);
      const out = options.out === undefined ? await outFolder(context, job) : resolve(context.io.cwd, options.out);
      await mustTakeFiles(out);
      return finishJob(context, api, { id: job.id, out, again: `batchmill resume ${job.id}` });
    }),
});
