import type { Preview } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { abbreviated } from '../job/abbreviate-request.ts';
import { previewOf } from '../job/estimate-cost.ts';
import { rowsPerShard } from '../job/rows-per-shard.ts';
import { problemLines } from '../terminal/report-error.ts';
import { isFetched } from '../pipeline-input/input-files.ts';
import { loadPipeline } from '../pipeline-input/load-pipeline.ts';
import { addPipelineOptions } from '../pipeline-input/pipeline-options.ts';
import type { PipelineOptions } from '../pipeline-input/pipeline-options.ts';
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
      context.printer.result([...requestLines(preview), ...sumLines(preview, rows, shardRows)].join('\n'));
      context.printer.json({ rows, rowsPerShard: shardRows, ...preview });
      return preview.requests.length === 0 ? EXIT.usage : EXIT.ok;
    });
  },
});

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

const sumLines = (preview: Preview, rows: number, shardRows: number): string[] => {
  const { estimatedCost: cost, meanInputTokens, problems, requests } = preview;
  if (requests.length === 0) return ['', 'No row can be asked:', ...problemLines(problems)];
  return [
    '',
    `rows             ${count(rows)}`,
    `rows per shard   ${count(shardRows)}, so ${counted(Math.ceil(rows / shardRows), 'shard')}`,
    `input tokens     ${count(Math.round(meanInputTokens))} a row, ${count(Math.round(meanInputTokens * rows))} in all`,
    cost === null
      ? 'cost             no price is known for this model'
      : `cost             about ${dollars(cost.batch)} (in realtime ${dollars(cost.realtime)})`,
    ...(problems.length === 0 ? [] : ['', 'Some rows cannot be asked:', ...problemLines(problems)]),
  ];
};
