import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { downloadJob } from '../job/download-job.ts';
import { findJob } from '../job/find-job.ts';

export const downloadCommand = defineCommand<{ out?: string; raw?: boolean }>({
  name: 'download',
  describe: (command) =>
    command
      .description("write a job's files, also those of a job that still runs")
      .argument('[job]', 'default: the newest')
      .option('--out <dir>', 'where the files go (default: where the run puts them, or a folder named like the job)')
      .option(
        '--raw',
        'also every request, output and error file as it went to the provider and came back, below raw/',
      ),
  run: (context, [wanted], options) =>
    withApi(context, { mustExist: true }, async ({ client }) =>
      downloadJob(context, client, await findJob(client, wanted), options),
    ),
});
