import type { Preview } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { abbreviated } from '../job/abbreviate-request.ts';
import { modesOf } from '../job/confirm-spending.ts';
import type { Mode } from '../job/confirm-spending.ts';
import { previewOf } from '../job/estimate-cost.ts';
import { rowsPerShard } from '../job/rows-per-shard.ts';
import { problemLines } from '../terminal/report-error.ts';
import { isFetched } from '../pipeline-input/input-files.ts';
import { loadPipeline } from '../pipeline-input/load-pipeline.ts';
import type { LoadedPipeline } from '../pipeline-input/load-pipeline.ts';
import { addPipelineOptions } from '../pipeline-input/pipeline-options.ts';
import type { PipelineOptions } from '../pipeline-input/pipeline-options.ts';
import { sourceRows } from '../pipeline-input/source-rows.ts';
import { count, counted, dollars } from '../terminal/amounts.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UsageError } from '../terminal/usage-error.ts';

const SHOWN_REQUESTS = 3;

export const previewCommand = defineCommand<PipelineOptions>({
  name: 'preview',
  describe: (command) =>
    addPipelineOptions(
      command
        .description('show three exact requests, tokens and cost; nothing is sent')
        .argument('<pipeline>', 'the pipeline file (YAML or JSON)'),
    ),
  run: async (context, [file = ''], options) => {
    const loaded = await loadPipeline(file, context.io.cwd, options);
    if (loaded.compiled.stages.every(({ kind }) => kind !== 'generate')) return previewOfFree(context, loaded);
    const fetched = loaded.inputs.find(isFetched);
    if (fetched !== undefined)
      throw new UsageError(
        `The server fetches ${fetched.name} when the job begins. --input FILE previews with rows from a file that is here.`,
      );
    return withApi(context, {}, async ({ client }) => {
      const { preview, rows } = await previewOf(client, loaded);
      if (preview === null) {
        context.printer.result('The input has no row that can be used.');
        context.printer.json({ rows, preview });
        return EXIT.failed;
      }
      const shardRows = rowsPerShard(loaded.compiled.shardRows, rows);
      context.printer.result(
        [...requestLines(preview), ...sumLines(preview, rows, shardRows, modesOf(loaded.compiled)[0])].join('\n'),
      );
      context.printer.json({ rows, rowsPerShard: shardRows, ...preview });
      return preview.requests.length === 0 ? EXIT.usage : EXIT.ok;
    });
  },
});

/** Nobody is asked, so that there is no request to show. */
const previewOfFree = async ({ printer }: CommandContext, { compiled, inputs }: LoadedPipeline): Promise<number> => {
  let rows = 0;
  for await (const _ of sourceRows(compiled, inputs)) rows += 1;
  const shardRows = rowsPerShard(compiled.shardRows, rows);
  printer.result(
    ['This pipeline asks no model: it costs nothing and needs no key.', '', ...sizeLines(rows, shardRows)].join('\n'),
  );
  printer.json({ rows, rowsPerShard: shardRows, requests: [], estimatedCost: { batch: 0, realtime: 0 } });
  return EXIT.ok;
};

const sizeLines = (rows: number, shardRows: number): string[] => [
  `rows             ${count(rows)}`,
  `rows per shard   ${count(shardRows)}, so ${counted(Math.ceil(rows / shardRows), 'shard')}`,
];

const requestLines = ({ step, provider, model, requests }: Preview): string[] => [
  `Step ${step}, asked of ${provider}, model ${model}`,
  ...requests
    .slice(0, SHOWN_REQUESTS)
    .flatMap(({ key, body, inputTokens }) => [
      '',
      `row ${key}   ${counted(inputTokens, 'input token')}`,
      JSON.stringify(abbreviated(body), null, 2),
    ]),
];

const sumLines = (preview: Preview, rows: number, shardRows: number, mode: Mode = 'batch'): string[] => {
  const { estimatedCost: cost, meanInputTokens, problems, requests } = preview;
  if (requests.length === 0) return ['', 'No row can be asked:', ...problemLines(problems)];
  return [
    '',
    ...sizeLines(rows, shardRows),
    `input tokens     ${count(Math.round(meanInputTokens))} a row, ${count(Math.round(meanInputTokens * rows))} in all`,
    cost === null
      ? 'cost             no price is known for this model'
      : `cost             about ${costText(cost, mode)}`,
    ...(problems.length === 0 ? [] : ['', 'Some rows cannot be asked:', ...problemLines(problems)]),
  ];
};

const costText = ({ batch, realtime }: { batch: number; realtime: number }, mode: Mode): string =>
  mode === 'live'
    ? `${dollars(realtime)} at realtime prices (in a batch ${dollars(batch)})`
    : `${dollars(batch)} (in realtime ${dollars(realtime)})`;
