import type { FailureLine, Row } from '@batchmill/contracts';
import { Bitmap } from '@batchmill/ledger';
import type { AttemptFacts, Ledger, ShardFacts } from '@batchmill/ledger';
import type { Again } from '@batchmill/prompts';
import { enterRound } from '@batchmill/rounds';

export type RowToAsk = { row: Row; position: number; again?: Again };

/** The rows of an attempt in order: all that entered the stage, or those the attempt before gave back, with why. */
export async function* rowsToAsk(ledger: Ledger, facts: ShardFacts, attempt: number): AsyncGenerator<RowToAsk> {
  const earlier = (facts.current?.attempts ?? []).filter((one) => one.attempt < attempt);
  const before = earlier.at(-1)?.outcomes;
  const wanted = before === undefined ? null : Bitmap.decode(before.again.bitmap);
  const reasons = await reasonsOf(ledger, earlier);
  const stage = facts.current?.stage;
  let position = -1;
  for await (const left of ledger.readLines<Row>(facts.closed.at(-1)?.record.rows ?? null)) {
    position += 1;
    if (wanted !== null && !wanted.has(position)) continue;
    const row = stage === undefined ? left : enterRound(left, stage);
    const again = reasons.get(row.id);
    yield again === undefined ? { row, position } : { row, position, again };
  }
}

/** Why each row is asked again: what came of it when it was last asked, not of a cut in between. */
const reasonsOf = async (ledger: Ledger, earlier: AttemptFacts[]): Promise<Map<string, Again>> => {
  const reasons = new Map<string, Again>();
  for (const { outcomes } of earlier) {
    for await (const { row, outcome, message, uncounted } of ledger.readLines<FailureLine>(
      outcomes?.failures ?? null,
    )) {
      if (uncounted === true) continue;
      reasons.delete(row);
      if (outcome === 'truncated') reasons.set(row, { reason: 'truncated' });
      if (outcome === 'invalid') reasons.set(row, { reason: 'invalid', message });
    }
  }
  return reasons;
};
