import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { CreateJob } from '@batchmill/contracts';
import { readPipeline } from '@batchmill/pipeline';
import type { PipelineDefinition } from '@batchmill/pipeline';
import { withApi } from '../api/open-api.ts';
import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { commandLine } from '../job/command-line.ts';
import { finishJob } from '../job/finish-job.ts';
import { mustSpareInputs, mustTakeFiles } from '../job/out-folder.ts';
import type { InputFile } from '../pipeline-input/input-files.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { readResultFiles } from './result-file.ts';
import { uploadResults } from './result-lines.ts';
import { startByHand } from './start-by-hand.ts';

export type CollectResultsOptions = { out?: string; new?: boolean };

/** Rows that results belong to, wherever they come from. */
export type ResultRows = {
  /** Base name of the output and of its folder. */
  name: string;
  /** What the source of the pipeline reads. */
  file: string;
  key: string;
  into: string;
  format: 'csv' | 'json' | 'jsonl' | 'parquet';
  /** What makes these rows these rows. */
  identity: unknown;
  /** Files that no output may take the place of. */
  inputs: readonly InputFile[];
  upload(client: Api['client']): Promise<CreateJob['input']>;
};

/** The one stage of the pipeline that stands in for whatever has asked. */
const STAGE = '001';

/** Joins results that Batchmill never asked for with their rows, as a pipeline of one step whose answers are here. */
export const collectResults = async (
  context: CommandContext,
  paths: readonly string[],
  options: CollectResultsOptions,
  rowsFor: (files: Awaited<ReturnType<typeof readResultFiles>>) => Promise<ResultRows>,
): Promise<number> => {
  const { cwd } = context.io;
  if (paths.length === 0) throw new UsageError('Name the files with the results: batchmill collect … FILES');
  const results = await readResultFiles([...new Set(paths.map((path) => resolve(cwd, path)))], cwd);
  const rows = await rowsFor(results);
  const definition = pipelineFor(rows);
  const compiled = readPipeline({ source: definition, file: '(collect)' });
  const out = resolve(cwd, options.out ?? `${rows.name}-collected`);
  const given = results.map(({ name, path, bytes }) => ({ kind: 'file', name, path, bytes }) as const);
  mustSpareInputs(out, compiled, [...rows.inputs, ...given]);
  await mustTakeFiles(out);
  return withApi(context, {}, async (api) => {
    const input = await rows.upload(api.client);
    const answers = await uploadResults(api.client, results, ENDPOINT);
    const job: CreateJob = {
      pipeline: JSON.stringify(definition),
      pipelineFile: '(collect)',
      input,
      byHand: { collect: { stage: STAGE, answers } },
    };
    const what = JSON.stringify([definition, rows.identity, results.map(({ sha256 }) => sha256)]);
    const { id, began } = await startByHand(context, api, job, {
      identity: `collect-${createHash('sha256').update(what).digest('hex')}`,
      name: rows.name,
      out,
      isNew: options.new === true,
    });
    return finishJob(context, api, { id, out, again: commandLine(context.argv), began });
  });
};

const ENDPOINT = '/v1/chat/completions';

const pipelineFor = ({ name, file, key, into, format }: ResultRows): PipelineDefinition => ({
  name,
  // a variable is taken as it stands, whatever characters the name of a file has
  vars: { file },
  source: { path: '{{ vars.file }}' },
  key,
  // whoever has asked knows model and prompt: nothing is asked here
  steps: [{ id: 'answer', generate: { endpoint: ENDPOINT, model: 'unknown', prompt: 'unknown', into } }],
  output: { format, file: `${name}.${format}` },
});
