import type { FailureLine, Row } from '@batchmill/contracts';
import { Bitmap } from '@batchmill/ledger';
import type { Ledger, ShardFacts } from '@batchmill/ledger';
import { enterRound } from '@batchmill/rounds';

/** A row of an attempt: where it stands in the stage, and for which reasons it was asked again before. */
export type AttemptRow = {
  row: Row;
  position: number;
  askedAgainFor: Set<string>;
  /** Attempts before this one in which it was not asked, but its part cut anew. */
  recuts: number;
};

/** The rows an attempt covers, by row id, in source order. */
export const attemptRows = async (
  ledger: Ledger,
  facts: ShardFacts,
  attempt: number,
): Promise<Map<string, AttemptRow>> => {
  const earlier = (facts.current?.attempts ?? []).filter((one) => one.attempt < attempt);
  const before = earlier.at(-1)?.outcomes;
  const wanted = before === undefined ? null : Bitmap.decode(before.again.bitmap);
  const rows = new Map<string, AttemptRow>();
  const stage = facts.current?.stage;
  let position = -1;
  for await (const left of ledger.readLines<Row>(facts.closed.at(-1)?.record.rows ?? null)) {
    position += 1;
    if (wanted !== null && !wanted.has(position)) continue;
    const row = stage === undefined ? left : enterRound(left, stage);
    rows.set(row.id, { row, position, askedAgainFor: new Set(), recuts: 0 });
  }
  for (const { outcomes } of earlier) {
    for await (const failure of ledger.readLines<FailureLine>(outcomes?.failures ?? null)) {
      const known = rows.get(failure.row);
      if (known === undefined) continue;
      if (failure.uncounted === true) known.recuts += 1;
      else known.askedAgainFor.add(failure.outcome);
    }
  }
  return rows;
};
