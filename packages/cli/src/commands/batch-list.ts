import { withApi } from '../api/open-api.ts';
import { requestJobs } from '../batch/request-jobs.ts';
import { defineCommand } from '../command-context.ts';
import { outcomeText } from '../job/status-lines.ts';
import { stepProgress } from '../job/step-progress.ts';
import { wholeNumber } from '../pipeline-input/pipeline-options.ts';
import { count, localTime } from '../terminal/amounts.ts';
import { textTable } from '../terminal/text-table.ts';
import { EXIT } from '../terminal/exit-codes.ts';

const DEFAULT_LIMIT = 20;

export const batchListCommand = defineCommand<{ limit?: number }>({
  name: 'list',
  describe: (command) =>
    command
      .description('list the request files that were sent, newest first')
      .option('--limit <jobs>', `at most this many; 0 = all (default: ${DEFAULT_LIMIT})`, wholeNumber),
  run: (context, _, { limit = DEFAULT_LIMIT }) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const jobs = [];
      for await (const { id } of requestJobs(client)) {
        jobs.push(await client.job(id));
        if (jobs.length === limit) break;
      }
      const lines = textTable([
        ['JOB', 'FILE', 'STATE', 'DONE', 'OF WHICH', 'BEGAN'],
        ...jobs.map((job) => {
          const [step] = stepProgress(job);
          const done = job.rows === null ? '' : `${count(step?.done ?? 0)}/${count(step?.total ?? 0)}`;
          const outcomes = outcomeText(job.steps[0]?.outcomes ?? {});
          return [job.id, job.requestFile ?? '', job.state, done, outcomes, localTime(job.createdAt)];
        }),
      ]);
      context.printer.result(jobs.length === 0 ? 'No request file was sent yet.' : lines.join('\n'));
      context.printer.json({ jobs });
      return EXIT.ok;
    }),
});
