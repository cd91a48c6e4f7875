import { defineCommand } from '../command-context.ts';
import { withApi } from '../api/open-api.ts';
import { wholeNumber } from '../pipeline-input/pipeline-options.ts';
import { localTime } from '../terminal/amounts.ts';
import { textTable } from '../terminal/text-table.ts';
import { EXIT } from '../terminal/exit-codes.ts';

const DEFAULT_LIMIT = 20;

export const jobsCommand = defineCommand<{ limit?: number }>({
  name: 'jobs',
  describe: (command) =>
    command
      .description('list jobs, newest first')
      .option('--limit <jobs>', `at most this many; 0 = all (default: ${DEFAULT_LIMIT})`, wholeNumber),
  run: (context, _, { limit = DEFAULT_LIMIT }) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const jobs = [];
      for await (const job of client.allJobs()) {
        jobs.push(job);
        if (jobs.length === limit) break;
      }
      const lines = textTable([
        ['JOB', 'NAME', 'STATE', 'BEGAN'],
        ...jobs.map(({ id, name, state, createdAt }) => [id, name, state, localTime(createdAt)]),
      ]);
      context.printer.result(jobs.length === 0 ? 'No jobs yet.' : lines.join('\n'));
      context.printer.json({ jobs });
      return EXIT.ok;
    }),
});
