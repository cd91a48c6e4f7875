import { readPipeline } from '@batchmill/pipeline';
import type { PipelineDefinition } from '@batchmill/pipeline';
import { dirname } from 'node:path';
import type { LoadedPipeline } from '../pipeline-input/load-pipeline.ts';
import type { RequestFile } from './request-file.ts';
import { stemOf } from './result-files.ts';

/** The output of the job; it is named anew when it is fetched. */
export const OUTPUT = 'output.jsonl';

/** A request file as the dataset that it is: a row for each line, which brings its request along. */
export const requestPipeline = (file: RequestFile, provider: string | undefined): LoadedPipeline => {
  const { name, path, bytes } = file;
  const definition: PipelineDefinition = {
    name: nameOf(name),
    // a variable is taken as it stands, whatever characters the name of a file has
    vars: { file: name },
    source: { format: 'jsonl', path: '{{ vars.file }}' },
    key: 'custom_id',
    max_invalid: 0,
    shards: { rows: rowsPerShard(file) },
    ...(provider === undefined ? {} : { defaults: { provider } }),
    steps: [
      {
        id: 'request',
        generate: {
          endpoint: file.endpoint,
          body: 'body',
          into: { id: 'id', response: 'response', error: 'error' },
        },
      },
    ],
    output: { format: 'jsonl', file: OUTPUT, columns: ['id', 'custom_id', 'response', 'error'] },
  };
  const text = JSON.stringify(definition);
  return {
    text,
    file: name,
    folder: dirname(path),
    variables: {},
    set: {},
    files: {},
    compiled: readPipeline({ source: text, file: name }),
    inputs: [{ kind: 'file', name, path, bytes }],
  };
};

const nameOf = (file: string): string => {
  const name = stemOf(file)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 100) || 'requests';
};

/** The answers of a shard are joined in memory, each of them in several forms: about so many bytes as they come. */
const SHARD_ANSWER_BYTES = 32 * 1024 * 1024;
const BYTES_PER_TOKEN = 4;
/** What stands around the text of an answer. */
const FRAME_BYTES = 1_000;
const USUAL_ANSWER_TOKENS = 500;
const MOST_ROWS = 50_000;

/** As large as memory allows, so that a file is sent in few batches. A limit of tokens is rarely reached: a quarter is expected. */
const rowsPerShard = ({ longestAnswerTokens }: RequestFile): number => {
  const tokens = Math.max(USUAL_ANSWER_TOKENS, (longestAnswerTokens ?? 0) / 4);
  const rows = Math.floor(SHARD_ANSWER_BYTES / (tokens * BYTES_PER_TOKEN + FRAME_BYTES));
  return Math.max(1, Math.min(rows, MOST_ROWS));
};
