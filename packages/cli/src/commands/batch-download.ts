import { withApi } from '../api/open-api.ts';
import { findRequestJob } from '../batch/request-jobs.ts';
import { defineCommand } from '../command-context.ts';
import { downloadJob } from '../job/download-job.ts';

export const batchDownloadCommand = defineCommand<{ out?: string }>({
  name: 'download',
  describe: (command) =>
    command
      .description('write the output and error file again, also of what is answered so far')
      .argument('[job]', 'default: the newest')
      .option('--out <dir>', 'where they go (default: where the run puts them)'),
  run: (context, [wanted], options) =>
    withApi(context, { mustExist: true }, async ({ client }) =>
      downloadJob(context, client, await findRequestJob(client, wanted), options),
    ),
});
