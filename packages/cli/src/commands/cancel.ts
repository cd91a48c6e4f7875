import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { cancelJob } from '../job/cancel-job.ts';
import { findJob } from '../job/find-job.ts';

export const cancelCommand = defineCommand<object>({
  name: 'cancel',
  describe: (command) =>
    command
      .description('end a job, at the provider too; what is done stays')
      .argument('<job>', 'the beginning of its id, or "last"'),
  run: (context, [wanted]) =>
    withApi(context, { mustExist: true }, async (api) =>
      cancelJob(context, api, (await findJob(api.client, wanted)).id),
    ),
});
