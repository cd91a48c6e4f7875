import { resolve } from 'node:path';
import type { RowDetail } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { exitCodeOf } from '../job/exit-code-of.ts';
import { followJob } from '../job/follow-job.ts';
import { rememberRun } from '../job/known-runs.ts';
import { agreeToRun, jobToCreate, prepareRun } from '../job/prepare-run.ts';
import type { StartOptions } from '../job/prepare-run.ts';
import { startJob } from '../job/start-job.ts';
import { tellWithoutResults } from '../job/tell-end.ts';
import { triedLines, triedSum } from '../job/tried-rows.ts';
import { addPipelineOptions, wholeNumber } from '../pipeline-input/pipeline-options.ts';
import { EXIT } from '../terminal/exit-codes.ts';

type Options = StartOptions & { rows: number };

const USUAL_ROWS = 5;

/** A job of its own over the first rows, asked live: what it has answered it never asks again. */
export const tryCommand = defineCommand<Options>({
  name: 'try',
  describe: (command) =>
    addPipelineOptions(
      command
        .description('ask a few rows at once, and show prompts, answers and what they cost')
        .argument('<pipeline>', 'the pipeline file (YAML or JSON)')
        .option('--rows <number>', 'so many rows, from the beginning', wholeNumber, USUAL_ROWS)
        .option('--new', 'ask again, even where these rows were tried before')
        .option('--yes', 'spend without asking'),
    ),
  run: async (context, [file = ''], options) => {
    const { rows: limit } = options;
    const prepared = await prepareRun(context, file, { ...options, limit, mode: 'live' });
    const { loaded, use, identity, key } = prepared;
    const { name, maxCost } = loaded.compiled;
    // where `download` would put its files
    const out = resolve(context.io.cwd, `${name}-try`);
    return withApi(context, { simulator: use.simulator }, async (api) => {
      if (!(await agreeToRun(context, api, prepared, options))) {
        context.printer.warning('Nothing was started.');
        return EXIT.failed;
      }
      const { id } = await startJob(api.client, await jobToCreate(api, prepared), { key, name, maxCost });
      if (context.url === undefined)
        await rememberRun(context.stateDir, {
          identity,
          key,
          job: id,
          name,
          out,
          simulator: use.simulator,
          tried: true,
        });
      const followed = await followJob(context, api, id);
      const { status } = followed;
      const exitCode = tellWithoutResults(context, api, followed, `batchmill try ${file}`);
      if (exitCode !== null) return exitCode;
      const rows = await rowsOf(api.client, id);
      context.printer.result([...triedLines(rows, status), triedSum(status)].join('\n'));
      context.printer.json({
        job: id,
        state: status.state,
        rows,
        outcomes: status.outcomes,
        tokens: status.tokens,
        cost: status.cost,
      });
      return exitCodeOf(status);
    });
  },
});

const rowsOf = async (client: Client, id: string): Promise<RowDetail[]> => {
  const details: RowDetail[] = [];
  for await (const { key } of client.allRows(id)) details.push(await client.row(id, key));
  return details;
};
