import type { AnswersRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import { ENTRY_BYTES } from './entry.ts';

/** One run of an index in blocks of whole entries. */
export async function* blocksOfRun(
  store: Ledger['store'],
  { key, ...expect }: AnswersRecord['runs'][number],
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of store.read(key, { expect })) {
    const bytes =
      rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % ENTRY_BYTES);
    rest = Buffer.from(bytes.subarray(whole));
    if (whole > 0) yield bytes.subarray(0, whole);
  }
}
