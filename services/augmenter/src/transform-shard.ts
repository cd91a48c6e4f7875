import type {
  CompiledPipeline,
  KeptRows,
  OutcomeCounts,
  RejectedRow,
  Row,
  TransformRef,
  TransformStage,
} from '@batchmill/contracts';
import { observeTypes } from '@batchmill/dataset';
import type { Flow } from '@batchmill/flow';
import { checkClosed, keys, unpaid } from '@batchmill/ledger';
import type { Ledger, ShardFacts } from '@batchmill/ledger';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import { countKept } from '@batchmill/rounds';
import { createRowTransform } from '@batchmill/transforms';
import type { Events } from './events.ts';

export type Dependencies = { ledger: Ledger; flow: Flow; events: Events };

/** Applies one transform to every row of a shard and closes the stage. */
export const transformShard =
  ({ ledger, flow, events }: Dependencies): Handler<TransformRef> =>
  async (ref) => {
    const { facts, control, pipeline } = await flow.shard(ref);
    const stage = facts.current?.stage;
    if (!facts.shardClosed && stage?.number === ref.stage && stage.kind === 'transform') {
      await closeStage({ ledger, flow, events }, { ref, facts, pipeline, stage, cancelled: control.cancelled });
    }
    await flow.advance(ref);
    return done;
  };

type Work = {
  ref: TransformRef;
  facts: ShardFacts;
  pipeline: CompiledPipeline;
  stage: TransformStage;
  cancelled: boolean;
};

const closeStage = async (
  { ledger, events }: Dependencies,
  { ref, facts, pipeline, stage, cancelled }: Work,
): Promise<void> => {
  const rejects: RejectedRow[] = [];
  const counts: OutcomeCounts = {};
  const fieldTypes: Record<string, string> = {};
  let kept: KeptRows | undefined;
  const transformed = createRowTransform(stage, pipeline.vars);
  let entering = 0;

  async function* leaving(): AsyncGenerator<Row> {
    for await (const row of ledger.readLines<Row>(facts.closed.at(-1)?.record.rows ?? null)) {
      entering += 1;
      const result = cancelled ? cancelledRow : transformed(row);
      counts[result.outcome] = (counts[result.outcome] ?? 0) + 1;
      if ('reason' in result && result.rows === undefined) rejects.push(rejected(row, stage, result));
      else if ('reason' in result) kept = countKept(kept, { outcome: result.outcome, code: result.reason.code });
      for (const made of result.rows ?? []) {
        observeTypes(fieldTypes, made.fields);
        yield made;
      }
    }
  }

  const written = await ledger.writeLines(ref, `${ref.stage}-rows`, leaving());
  const closed = checkClosed(
    {
      entering,
      counts,
      rows: written.lines === 0 ? null : written,
      rejects: await ledger.writeLinesIfAny(ref, `${ref.stage}-rejects`, rejects),
      fieldTypes,
      ...(kept === undefined ? {} : { kept }),
      ...unpaid,
    },
    true,
  );
  await ledger.write(keys.closed(ref, ref.stage), closed);
  events.transformed(ref, entering, written.lines);
};

type Rejection = { outcome: 'invalid' | 'cancelled'; reason: { code: string; message: string }; rows?: Row[] };

const cancelledRow: Rejection = {
  outcome: 'cancelled',
  reason: { code: 'cancelled', message: 'the run was cancelled' },
};

const rejected = (row: Row, { number, step }: TransformStage, { outcome, reason }: Rejection): RejectedRow => ({
  ...row,
  stage: number,
  step,
  outcome,
  reason,
  attempts: 0,
});
