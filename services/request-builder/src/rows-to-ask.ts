import type { FailureLine, Row } from '@batchmill/contracts';
import { Bitmap } from '@batchmill/ledger';
import type { AttemptFacts, Ledger, ShardFacts } from '@batchmill/ledger';
import type { Again } from '@batchmill/prompts';

export type RowToAsk = { row: Row; position: number; again?: Again };

/** The rows of an attempt in order: all that entered the stage, or those the attempt before gave back, with why. */
export async function* rowsToAsk(ledger: Ledger, facts: ShardFacts, attempt: number): AsyncGenerator<RowToAsk> {
  const before = facts.current?.attempts.find((one) => one.attempt === attempt - 1);
  const wanted = before?.outcomes === undefined ? null : Bitmap.decode(before.outcomes.again.bitmap);
  const reasons = await reasonsOf(ledger, before);
  let position = -1;
  for await (const row of ledger.readLines<Row>(facts.closed.at(-1)?.record.rows ?? null)) {
    position += 1;
    if (wanted !== null && !wanted.has(position)) continue;
    const again = reasons.get(row.id);
    yield again === undefined ? { row, position } : { row, position, again };
  }
}

const reasonsOf = async (ledger: Ledger, before: AttemptFacts | undefined): Promise<Map<string, Again>> => {
  const reasons = new Map<string, Again>();
  for await (const { row, outcome, message } of ledger.readLines<FailureLine>(before?.outcomes?.failures ?? null)) {
    if (outcome === 'truncated') reasons.set(row, { reason: 'truncated' });
    if (outcome === 'invalid') reasons.set(row, { reason: 'invalid', message });
  }
  return reasons;
};
