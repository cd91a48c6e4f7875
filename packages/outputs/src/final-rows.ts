import { compareRowIds } from '@batchmill/contracts';
import type { ClosedRecord, CompiledPipeline, Outcome, RejectedRow, Row, RunRef, ShardRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { mergeSorted } from './merge-sorted.ts';

/** A row at the end of its way: delivered, or rejected with the reason. */
export type FinalRow = { row: Row; outcome: Outcome; reject?: RejectedRow };

/** A row of a shard that may still be on its way. */
export type RowNow = Omit<FinalRow, 'outcome'> & { outcome: Outcome | 'open' };

export type RunShards = { ref: RunRef; shards: number };

/** All rows of a job in source order, each once: a later run's result takes the place of the earlier one's rejection. */
export const finalRows = (ledger: Ledger, pipeline: CompiledPipeline, runs: RunShards[]): AsyncIterable<FinalRow> =>
  mergeSorted(
    runs.map((run, position) => rowsOfRun(ledger, pipeline, run, position === runs.length - 1)),
    byRowId,
  );

/** Rejections that the next run of a job takes up again. */
export const isTakenUpAgain = ({ stage, outcome }: RejectedRow): boolean => stage !== '000' && outcome !== 'removed';

const byRowId = (a: RowNow, b: RowNow): number => compareRowIds(a.row.id, b.row.id);

async function* rowsOfRun(
  ledger: Ledger,
  pipeline: CompiledPipeline,
  { ref, shards }: RunShards,
  isLast: boolean,
): AsyncGenerator<FinalRow> {
  const starts = (await ledger.read(keys.shards(ref)))?.startAfter ?? [];
  // each group of shards that starts in the same stage is in order by itself
  const groups = starts.map(({ from }, position) => ({ from, to: starts[position + 1]?.from ?? shards }));
  const streams = groups.map(({ from, to }) => rowsOfShards(ledger, pipeline, ref, from, to));
  for await (const final of mergeSorted(streams, byRowId)) {
    if (isLast || final.reject === undefined || !isTakenUpAgain(final.reject)) yield final;
  }
}

async function* rowsOfShards(
  ledger: Ledger,
  pipeline: CompiledPipeline,
  ref: RunRef,
  from: number,
  to: number,
): AsyncGenerator<FinalRow> {
  for (let shard = from; shard < to; shard += 1) yield* rowsOfShard(ledger, pipeline, { ...ref, shard });
}

/** Rows of one closed shard in order; nothing where it is not closed yet. */
export async function* rowsOfShard(
  ledger: Ledger,
  pipeline: CompiledPipeline,
  ref: ShardRef,
): AsyncGenerator<FinalRow> {
  if (!(await ledger.exists(keys.shardClosed(ref)))) return;
  for await (const row of rowsOfShardNow(ledger, pipeline, ref)) if (isFinal(row)) yield row;
}

/** Rows of one shard in order as they stand, those on their way as `open`. */
export async function* rowsOfShardNow(
  ledger: Ledger,
  pipeline: CompiledPipeline,
  ref: ShardRef,
): AsyncGenerator<RowNow> {
  const end = await ledger.read(keys.shardClosed(ref));
  const closed = await closedStages(ledger, pipeline, ref);
  const rejects: RowNow[] = [];
  for (const { rejects: blob } of closed) {
    for await (const reject of ledger.readLines<RejectedRow>(blob)) {
      rejects.push({ row: rowOf(reject), outcome: reject.outcome, reject });
    }
  }
  rejects.sort(byRowId);
  const reason = end?.quarantined === true ? await quarantineReason(ledger, pipeline, ref, end.lastStage) : undefined;
  async function* survivors(): AsyncGenerator<RowNow> {
    for await (const row of ledger.readLines<Row>(closed.at(-1)?.rows ?? null)) {
      if (reason === undefined) yield { row, outcome: end === null ? 'open' : 'ok' };
      else yield { row, outcome: 'failed', reject: { ...row, outcome: 'failed', attempts: 0, ...reason } };
    }
  }
  async function* rejected(): AsyncGenerator<RowNow> {
    yield* rejects;
  }
  yield* mergeSorted([survivors(), rejected()], byRowId);
}

const isFinal = (row: RowNow): row is FinalRow => row.outcome !== 'open';

/**
 * Records of the shard's closed stages, in order. What a worker that slept has closed after its shard was given up and
 * closed does not count: the rows have their outcome.
 */
export const closedStages = async (
  ledger: Ledger,
  pipeline: CompiledPipeline,
  ref: ShardRef,
): Promise<ClosedRecord[]> => {
  const end = await ledger.read(keys.shardClosed(ref));
  const numbers = ['000', ...pipeline.stages.map(({ number }) => number)];
  const counting = numbers.filter((number) => end === null || number <= end.lastStage);
  const records = await Promise.all(counting.map((number) => ledger.read(keys.closed(ref, number))));
  return records.filter((record) => record !== null);
};

const quarantineReason = async (ledger: Ledger, pipeline: CompiledPipeline, ref: ShardRef, lastStage: string) => {
  const record = await ledger.read(keys.quarantined(ref));
  const stage = pipeline.stages.find(({ number }) => number > lastStage);
  return {
    stage: stage?.number ?? lastStage,
    step: stage?.step ?? '',
    reason: { code: record?.code ?? 'quarantined', message: record?.message ?? 'work on this shard was given up' },
  };
};

const rowOf = ({ id, key, home, line, parent, n, fields }: RejectedRow): Row => ({
  id,
  key,
  home,
  line,
  ...(parent === undefined ? {} : { parent }),
  ...(n === undefined ? {} : { n }),
  fields,
});
