import type { CompiledPipeline } from '@batchmill/contracts';

export type ShardSize = { rows: number; bytes: number };

const MIN_ROWS = 500;
const MAX_ROWS = 50_000;
const SHARDS_OF_A_JOB = 100;
// the post-processor joins one shard in memory
const MAX_ROW_BYTES = 32 * 1024 * 1024;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const BYTES_PER_TOKEN = 4;
// all parts of an attempt stand in one record
const MAX_PARTS = 400;
const USUAL_ANSWER_TOKENS = 500;

/** Rows and bytes of a shard: by the pipeline, else a hundredth of the rows within bounds. */
export const shardSize = (pipeline: CompiledPipeline, totalRows: number): ShardSize => {
  const wanted =
    pipeline.shardRows === 'auto'
      ? Math.min(Math.max(Math.ceil(totalRows / SHARDS_OF_A_JOB), MIN_ROWS), MAX_ROWS)
      : Math.min(pipeline.shardRows, MAX_ROWS);
  const byAnswers = Math.max(1, Math.floor(MAX_ANSWER_BYTES / largestAnswerBytes(pipeline)));
  return { rows: Math.min(wanted, byAnswers, MAX_PARTS * fewestRequests(pipeline)), bytes: MAX_ROW_BYTES };
};

const fewestRequests = ({ stages }: CompiledPipeline): number =>
  Math.min(
    MAX_ROWS,
    ...stages.flatMap((stage) => (stage.kind === 'generate' ? (stage.generate.maxRequests ?? []) : [])),
  );

const largestAnswerBytes = ({ stages }: CompiledPipeline): number => {
  const tokens = stages.flatMap((stage) => {
    if (stage.kind !== 'generate') return [];
    const { params, onTruncated } = stage.generate;
    return [params, onTruncated ?? {}].flatMap(({ max_tokens, max_completion_tokens }) =>
      [max_tokens, max_completion_tokens].filter((value) => typeof value === 'number'),
    );
  });
  // a limit is rarely reached: a quarter of it is what is expected
  return Math.max(USUAL_ANSWER_TOKENS, ...tokens.map((limit) => limit / 4)) * BYTES_PER_TOKEN;
};
