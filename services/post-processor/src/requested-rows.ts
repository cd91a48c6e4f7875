import { parseCustomId } from '@batchmill/contracts';
import { readTextLines } from '@batchmill/ledger';
import type { Ledger, PartFacts } from '@batchmill/ledger';

// a request line of ours starts with its custom id; the rest may be megabytes of picture
const CUSTOM_ID = /^\{"custom_id":"([A-Za-z0-9_-]+)"/;

/** The rows a part asks for, with their 0-based line in its request blob. */
export async function* requestedRows(
  ledger: Ledger,
  { plan }: PartFacts,
): AsyncGenerator<{ line: number; row: string }> {
  let line = -1;
  for await (const text of readTextLines(ledger.store, plan.requests)) {
    line += 1;
    const parts = parseCustomId(CUSTOM_ID.exec(text)?.[1] ?? '');
    if (parts === null) throw new Error(`${plan.requests.key}, line ${line + 1}: no custom id of ours`);
    yield { line, row: parts.row };
  }
}
