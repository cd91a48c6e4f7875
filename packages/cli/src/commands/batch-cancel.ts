import { withApi } from '../api/open-api.ts';
import { findRequestJob } from '../batch/request-jobs.ts';
import { defineCommand } from '../command-context.ts';
import { cancelJob } from '../job/cancel-job.ts';

export const batchCancelCommand = defineCommand<object>({
  name: 'cancel',
  describe: (command) =>
    command
      .description('end the sending of a request file, at the provider too; what is answered stays')
      .argument('<job>', 'the beginning of its id, or "last"'),
  run: (context, [wanted]) =>
    withApi(context, { mustExist: true }, async (api) =>
      cancelJob(context, api, (await findRequestJob(api.client, wanted)).id),
    ),
});
