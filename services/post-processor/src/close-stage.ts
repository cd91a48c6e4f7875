import { addCounts, addLiveCounts, addPictureCounts, noLiveCounts, noPictures } from '@batchmill/contracts';
import type {
  AnswerLine,
  Body,
  ClosedRecord,
  FailureLine,
  Fields,
  FieldTypes,
  GenerateStage,
  KeptRows,
  LiveCounts,
  OutcomeCounts,
  PictureCounts,
  RejectedRow,
  Row,
} from '@batchmill/contracts';
import { observeTypes } from '@batchmill/dataset';
import { checkClosed, estimatedCostOf, keys } from '@batchmill/ledger';
import type { AttemptFacts, Ledger, ShardFacts } from '@batchmill/ledger';
import { countKept, endRounds, enterRound, keepsTurns, leaveRound } from '@batchmill/rounds';

/** Joins what all attempts gave with the rows, and records that the stage is over for this shard. */
export const closeStage = async (ledger: Ledger, facts: ShardFacts, stage: GenerateStage): Promise<void> => {
  const attempts = facts.current?.attempts ?? [];
  const values = new Map<string, Fields>();
  const failures = new Map<string, FailureLine & { attempts: number }>();
  const recuts = new Map<string, number>();
  for (const { attempt, outcomes } of attempts) {
    for await (const failure of ledger.readLines<FailureLine>(outcomes?.failures ?? null)) {
      const { row, uncounted } = failure;
      if (uncounted === true) recuts.set(row, (recuts.get(row) ?? 0) + 1);
      failures.set(row, { ...failure, attempts: attempt - (recuts.get(row) ?? 0) });
    }
    for await (const answer of ledger.readLines<AnswerLine>(outcomes?.answers ?? null)) {
      values.set(answer.row, answer.values);
      failures.delete(answer.row);
    }
  }

  const fieldTypes: FieldTypes = {};
  const rejects: RejectedRow[] = [];
  let kept: KeptRows | undefined;
  let entering = 0;
  async function* goingOn(): AsyncGenerator<Row> {
    for await (const left of ledger.readLines<Row>(facts.closed.at(-1)?.record.rows ?? null)) {
      entering += 1;
      const failure = failures.get(left.id);
      const row = enterRound(left, stage);
      let next: Row;
      if (failure === undefined) {
        next = leaveRound({ ...row, fields: { ...row.fields, ...values.get(row.id) } }, stage);
      } else if (keepsTurns(stage, failure.outcome)) {
        kept = countKept(kept, failure);
        next = endRounds(row, stage);
      } else {
        rejects.push(rejected(left, stage, failure));
        continue;
      }
      observeTypes(fieldTypes, next.fields);
      yield next;
    }
  }
  const rows = await ledger.writeLines(facts.ref, `${stage.number}-rows`, goingOn());
  const closed: Body<ClosedRecord> = {
    entering,
    ...sumsOf(attempts),
    rows: rows.lines === 0 ? null : rows,
    rejects: await ledger.writeLinesIfAny(facts.ref, `${stage.number}-rejects`, rejects),
    fieldTypes,
    ...(kept === undefined ? {} : { kept }),
  };
  await ledger.write(keys.closed(facts.ref, stage.number), checkClosed(closed));
};

const rejected = (
  row: Row,
  { number, step }: GenerateStage,
  { outcome, code, message, raw, values, attempts }: FailureLine & { attempts: number },
): RejectedRow => ({
  ...row,
  fields: { ...row.fields, ...values },
  stage: number,
  step,
  outcome,
  reason: { code, message },
  attempts,
  ...(raw === undefined ? {} : { raw }),
});

const sumsOf = (attempts: AttemptFacts[]) => {
  const sums = {
    counts: {} as OutcomeCounts,
    usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 },
    cost: 0,
    realtimeCost: 0,
    estimatedCost: 0,
    attempts: attempts.length,
    batches: 0,
    askedAgain: {} as Record<string, number>,
  };
  let live: LiveCounts | undefined;
  let pictures: PictureCounts | undefined;
  let reused = 0;
  for (const { plan, parts, outcomes } of attempts) {
    if (plan?.pictures !== undefined) pictures = addPictureCounts(pictures ?? noPictures, plan.pictures);
    sums.estimatedCost += estimatedCostOf(parts);
    for (const { results } of parts)
      if (results?.live !== undefined) live = addLiveCounts(live ?? noLiveCounts, results.live);
    for (const { submissions } of parts) sums.batches += submissions.filter(({ batch }) => batch !== undefined).length;
    if (outcomes === undefined) continue;
    reused += outcomes.reused ?? 0;
    sums.counts = addCounts(sums.counts, outcomes.counts);
    sums.cost += outcomes.cost;
    sums.realtimeCost += outcomes.realtimeCost;
    for (const name of ['inputTokens', 'cachedInputTokens', 'outputTokens', 'reasoningTokens'] as const) {
      sums.usage[name] += outcomes.usage[name];
    }
    for (const [reason, rows] of Object.entries(outcomes.again.reasons)) {
      sums.askedAgain[reason] = (sums.askedAgain[reason] ?? 0) + rows;
    }
  }
  return {
    ...sums,
    ...(live === undefined ? {} : { live }),
    ...(pictures === undefined ? {} : { pictures }),
    ...(reused === 0 ? {} : { reused }),
  };
};
