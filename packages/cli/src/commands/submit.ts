import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { agreeToRun, jobToCreate, prepareRun } from '../job/prepare-run.ts';
import type { StartOptions } from '../job/prepare-run.ts';
import { REUSE_OPTION, reusedJob } from '../job/reused-job.ts';
import { startJob } from '../job/start-job.ts';
import { addPipelineOptions } from '../pipeline-input/pipeline-options.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UsageError } from '../terminal/usage-error.ts';

export const submitCommand = defineCommand<StartOptions>({
  name: 'submit',
  describe: (command) =>
    addPipelineOptions(
      command
        .description('hand a pipeline and its data to a server, and do not wait')
        .argument('<pipeline>', 'the pipeline file (YAML or JSON)')
        .option(...REUSE_OPTION)
        .option('--new', 'a new run, even where this one is known')
        .option('--yes', 'spend without asking'),
    ),
  run: async (context, [file = ''], options) => {
    if (context.url === undefined)
      throw new UsageError(
        'submit needs a server: --url or BATCHMILL_URL. (`batchmill run` works without one; `batchmill up` starts one.)',
      );
    const prepared = await prepareRun(context, file, options);
    return withApi(context, {}, async (api) => {
      if (!(await agreeToRun(context, api, prepared, options))) {
        context.printer.warning('Nothing was started.');
        return EXIT.failed;
      }
      const { key, loaded } = prepared;
      const { name, maxCost } = loaded.compiled;
      const reused = await reusedJob(context, api, prepared, options);
      const job = { ...(await jobToCreate(api, prepared)), ...(reused && { reuse: reused.id }) };
      const { id, state, began } = await startJob(api.client, job, { key, name, maxCost });
      context.printer.result(id);
      context.printer.json({ job: id, state, began });
      context.printer.note(`Follow it with: batchmill watch ${id}   Get its files with: batchmill download ${id}`);
      return EXIT.ok;
    });
  },
});
