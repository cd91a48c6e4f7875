import { resolve } from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { fetchOutputs } from '../job/fetch-outputs.ts';
import { findJob } from '../job/find-job.ts';
import { outFolder } from '../job/known-runs.ts';
import { mustTakeFiles } from '../job/out-folder.ts';
import { fileLines, shortPath } from '../job/receipt.ts';
import { EXIT } from '../terminal/exit-codes.ts';

export const downloadCommand = defineCommand<{ out?: string }>({
  name: 'download',
  describe: (command) =>
    command
      .description("write a job's files, also those of a job that still runs")
      .argument('[job]', 'default: the newest')
      .option('--out <dir>', 'where the files go (default: where the run puts them, or a folder named like the job)'),
  run: (context, [wanted], options) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const job = await findJob(client, wanted);
      const out = options.out === undefined ? await outFolder(context, job) : resolve(context.io.cwd, options.out);
      await mustTakeFiles(out);
      const files = await fetchOutputs(client, job.id, out);
      const isWhole = isFinalState(job.state);
      context.printer.result(
        files.length === 0
          ? `Job ${job.id} (${job.state}) has no files yet.`
          : fileLines(shortPath(context.io.cwd, out), files).join('\n'),
      );
      if (!isWhole && files.length > 0)
        context.printer.note(`Job ${job.id} is ${job.state}: these are the rows that are done so far.`);
      context.printer.json({ job: job.id, state: job.state, final: isWhole, out, files });
      return EXIT.ok;
    }),
});
