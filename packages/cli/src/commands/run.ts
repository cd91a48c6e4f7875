import { resolve } from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { finishJob } from '../job/finish-job.ts';
import { rememberRun } from '../job/known-runs.ts';
import { mustSpareInputs, mustTakeFiles } from '../job/out-folder.ts';
import { agreeToRun, jobToCreate, prepareRun } from '../job/prepare-run.ts';
import type { StartOptions } from '../job/prepare-run.ts';
import { startJob } from '../job/start-job.ts';
import type { Started } from '../job/start-job.ts';
import { addPipelineOptions } from '../pipeline-input/pipeline-options.ts';
import { EXIT } from '../terminal/exit-codes.ts';

type Options = StartOptions & { out?: string };

/** The same pipeline over the same data is the same run: it goes on where it stopped, and is never paid twice. */
export const runCommand = defineCommand<Options>({
  name: 'run',
  describe: (command) =>
    addPipelineOptions(
      command
        .description('run a pipeline over its data, and write the files')
        .argument('<pipeline>', 'the pipeline file (YAML or JSON)')
        .option('--out <dir>', 'where the files go (default: a folder named like the pipeline)')
        .option('--new', 'a new run, even where this one is known')
        .option('--yes', 'spend without asking'),
    ),
  run: async (context, [file = ''], options) => {
    const prepared = await prepareRun(context, file, options);
    const { loaded, use, identity, key } = prepared;
    const { name } = loaded.compiled;
    const out = resolve(context.io.cwd, options.out ?? name);
    mustSpareInputs(out, loaded.compiled, loaded.inputs);
    await mustTakeFiles(out);
    return withApi(context, { simulator: use.simulator }, async (api) => {
      if (!(await agreeToRun(context, api, prepared, options))) {
        context.printer.warning('Nothing was started.');
        return EXIT.failed;
      }
      const job = await jobToCreate(api, prepared);
      const started = await startJob(api.client, job, { key, name, maxCost: loaded.compiled.maxCost });
      const { id, began } = started;
      if (context.url === undefined)
        await rememberRun(context.stateDir, { identity, key, job: id, name, out, simulator: use.simulator });
      context.printer.note(`${beganText(started)}${previousText(started)}`);
      // A server does not know which of several runs of the same is meant.
      const isAmbiguous = context.url !== undefined && options.new === true;
      const again = isAmbiguous ? `batchmill resume ${id}` : commandLine(context.argv);
      return finishJob(context, api, { id, out, again, began });
    });
  },
});

/** How to call the same run again: a new run is from now on the one that is known. */
const commandLine = (argv: readonly string[]): string =>
  ['batchmill', ...argv.filter((word) => word !== '--new').map(quoted)].join(' ');

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A run that was changed is another one: its earlier form may still be under way, and cost money. */
const previousText = ({ previous }: Started): string =>
  previous === undefined || isFinalState(previous.state)
    ? ''
    : `\nIt is another run than job ${previous.id} of the same name, which has not ended. (batchmill resume or cancel ${previous.id})`;

const beganText = ({ id, state, began }: Started): string => {
  if (began === 'new') return `Job ${id} begins.`;
  if (began === 'resumed')
    return `This run is known as job ${id} and has not ended: it goes on. (--new starts another.)`;
  const known = `This run is known as job ${id} and has ended`;
  if (state === 'failed') return `${known}: it failed. (--new tries once more.)`;
  const again = state === 'completed' ? '' : ` \`batchmill retry ${id}\` asks the rows that are not ok again.`;
  return `${known}: its files are written again, nothing is paid. (--new starts another.)${again}`;
};
