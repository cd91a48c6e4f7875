import { resolve } from 'node:path';
import type { CompiledPipeline } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { beganText, reusableText } from '../job/began-text.ts';
import { commandLine } from '../job/command-line.ts';
import { finishJob } from '../job/finish-job.ts';
import { rememberRun } from '../job/known-runs.ts';
import { mustSpareInputs, mustTakeFiles } from '../job/out-folder.ts';
import { agreeToRun, jobToCreate, prepareRun } from '../job/prepare-run.ts';
import type { StartOptions } from '../job/prepare-run.ts';
import { REUSE_OPTION, reusedJob } from '../job/reused-job.ts';
import { resultFile } from '../job/result-file.ts';
import type { ResultOptions } from '../job/result-file.ts';
import { startJob } from '../job/start-job.ts';
import type { Started } from '../job/start-job.ts';
import { addPipelineOptions } from '../pipeline-input/pipeline-options.ts';
import { EXIT } from '../terminal/exit-codes.ts';

type Options = StartOptions & ResultOptions & { out?: string };

/** The same pipeline over the same data is the same run: it goes on where it stopped, and is never paid twice. */
export const runCommand = defineCommand<Options>({
  name: 'run',
  describe: (command) =>
    addPipelineOptions(
      command
        .description('run a pipeline over its data, and write the files')
        .argument('<pipeline>', 'the pipeline file (YAML or JSON)')
        .option('--out <dir>', 'where the files go (default: a folder named like the pipeline)')
        .option('--to <file>', 'put the data into this file too')
        .option('--in-place', 'put the data in the place of the input, once all is done')
        .option(...REUSE_OPTION)
        .option('--new', 'a new run, even where this one is known')
        .option('--yes', 'spend without asking'),
    ),
  run: async (context, [file = ''], options) => {
    const prepared = await prepareRun(context, file, options);
    const { loaded, use, identity, key } = prepared;
    const { name } = loaded.compiled;
    const out = resolve(context.io.cwd, options.out ?? name);
    const result = resultFile(options, { ...loaded, cwd: context.io.cwd });
    mustSpareInputs(out, loaded.compiled, loaded.inputs);
    await mustTakeFiles(out);
    return withApi(context, { simulator: use.simulator }, async (api) => {
      if (!(await agreeToRun(context, api, prepared, options))) {
        context.printer.warning('Nothing was started.');
        return EXIT.failed;
      }
      const reused = await reusedJob(context, api, prepared, options);
      const job = { ...(await jobToCreate(api, prepared)), ...(reused && { reuse: reused.id }) };
      const started = await startJob(api.client, job, { key, name, maxCost: loaded.compiled.maxCost });
      const { id, began } = started;
      if (context.url === undefined)
        await rememberRun(context.stateDir, { identity, key, job: id, name, out, simulator: use.simulator });
      context.printer.note(beganText(started));
      const about = began === 'new' ? (reused?.note ?? reusableOf(loaded.compiled, started)) : null;
      if (about !== null) context.printer.note(about);
      // A server does not know which of several runs of the same is meant.
      const isAmbiguous = context.url !== undefined && options.new === true;
      const again = isAmbiguous ? `batchmill resume ${id}` : commandLine(context.argv);
      return finishJob(context, api, { id, out, again, began, ...(result && { result }) });
    });
  },
});

/** A pipeline that asks nobody has nothing to take over. */
const reusableOf = ({ stages }: CompiledPipeline, started: Started): string | null =>
  stages.some(({ kind }) => kind === 'generate') ? reusableText(started) : null;
