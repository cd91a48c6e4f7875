import { compareRowIds } from '@batchmill/contracts';
import type { CompiledPipeline, FieldTypes, RejectedRow, Row, RunRef } from '@batchmill/contracts';
import { observeTypes } from '@batchmill/dataset';
import { keys, unpaid } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { ShardSize } from './shard-size.ts';

export type TakenOver = { shards: number; rows: number; startAfter: { from: number; stage: string }[] };

/** Packs the rows that the last run left without `ok` into shards of this run, by the stage they failed in. */
export const takeOverRows = async ({
  ledger,
  ref,
  pipeline,
  size,
}: {
  ledger: Ledger;
  ref: RunRef;
  pipeline: CompiledPipeline;
  size: ShardSize;
}): Promise<TakenOver> => {
  const before = { ...ref, run: ref.run - 1 };
  const taken: TakenOver = { shards: 0, rows: 0, startAfter: [] };
  for (const [position, { number }] of pipeline.stages.entries()) {
    const previous = pipeline.stages[position - 1]?.number ?? '000';
    const rows: Row[] = [];
    for await (const row of failedRows(ledger, before, pipeline, number)) rows.push(row);
    if (rows.length === 0) continue;
    rows.sort((a, b) => compareRowIds(a.id, b.id));
    taken.startAfter.push({ from: taken.shards, stage: previous });
    for (const slice of slicesOf(rows, size)) {
      await openAt(ledger, { ...ref, shard: taken.shards }, previous, slice);
      taken.shards += 1;
      taken.rows += slice.length;
    }
  }
  return taken;
};

function* slicesOf(rows: Row[], size: ShardSize): Generator<Row[]> {
  let slice: Row[] = [];
  let held = 0;
  for (const row of rows) {
    const bytes = Buffer.byteLength(JSON.stringify(row));
    if (slice.length > 0 && (slice.length >= size.rows || held + bytes > size.bytes)) {
      yield slice;
      slice = [];
      held = 0;
    }
    slice.push(row);
    held += bytes;
  }
  if (slice.length > 0) yield slice;
}

/** Rows of the run that ended without `ok` in a stage; those removed by the pipeline's own rule are not asked again. */
async function* failedRows(
  ledger: Ledger,
  run: RunRef,
  pipeline: CompiledPipeline,
  stage: string,
): AsyncGenerator<Row> {
  const shards = await ledger.read(keys.shards(run));
  for (let shard = 0; shard < (shards?.shards ?? 0); shard += 1) {
    const ref = { ...run, shard };
    const end = await ledger.read(keys.shardClosed(ref));
    // what a sleeping worker has closed after its shard was given up and closed does not count
    const isCounting = end === null || stage <= end.lastStage;
    const closed = isCounting ? await ledger.read(keys.closed(ref, stage)) : null;
    for await (const reject of ledger.readLines<RejectedRow>(closed?.rejects ?? null)) {
      if (reject.outcome === 'removed') continue;
      const {
        stage: _stage,
        step: _step,
        outcome: _outcome,
        reason: _reason,
        attempts: _attempts,
        raw: _raw,
        ...row
      } = reject;
      yield row;
    }
    const next = pipeline.stages.find(({ number }) => number > (end?.lastStage ?? '999'));
    if (end?.quarantined !== true || next?.number !== stage) continue;
    const last = await ledger.read(keys.closed(ref, end.lastStage));
    yield* ledger.readLines<Row>(last?.rows ?? null);
  }
}

const openAt = async (ledger: Ledger, ref: RunRef & { shard: number }, stage: string, rows: Row[]): Promise<void> => {
  const fieldTypes: FieldTypes = {};
  for (const row of rows) observeTypes(fieldTypes, row.fields);
  await ledger.write(keys.closed(ref, stage), {
    entering: rows.length,
    counts: { ok: rows.length },
    rows: await ledger.writeLines(ref, `${stage}-rows`, rows),
    rejects: null,
    fieldTypes,
    ...unpaid,
    takenOver: true,
  });
};
