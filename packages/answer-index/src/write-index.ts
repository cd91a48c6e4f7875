import type { AnswersRecord, BlobRef, Body } from '@batchmill/contracts';
import { blobKey, writeLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { compareWords, ENTRY_BYTES, viewOf, writeEntry } from './entry.ts';
import type { Place } from './entry.ts';

/** A result line that is there to be found, in a blob with this key. */
export type FoundAnswer = { digest: Uint8Array; blob: string } & Omit<Place, 'file'>;

/** Some 10 MB while it is sorted, which takes a quarter of a second. */
const ENTRIES_PER_RUN = 262_144;

const CHUNK_ENTRIES = 4096;

/** Streams answers into sorted runs; gives what `answers.json` says of them. Holds one run at a time. */
export const writeIndex = async (
  ledger: Ledger,
  ref: { tenant: string; job: string },
  answers: AsyncIterable<FoundAnswer>,
  entriesPerRun = ENTRIES_PER_RUN,
): Promise<Pick<Body<AnswersRecord>, 'entries' | 'runs' | 'files'>> => {
  const runs: BlobRef[] = [];
  const files = new Map<string, number>();
  const held = Buffer.alloc(entriesPerRun * ENTRY_BYTES);
  let count = 0;
  let entries = 0;
  const writeRun = async (): Promise<void> => {
    const key = blobKey.job(ref, `answers-${runs.length}`, ledger.nonce());
    runs.push(await ledger.store.putBlob(key, sortedChunks(held, count)));
    entries += count;
    count = 0;
  };
  for await (const { digest, blob, start, bytes } of answers) {
    let file = files.get(blob);
    if (file === undefined) files.set(blob, (file = files.size));
    writeEntry(held, count * ENTRY_BYTES, { digest, file, start, bytes });
    count += 1;
    if (count === entriesPerRun) await writeRun();
  }
  if (count > 0) await writeRun();
  const names = [...files.keys()].map((key) => ({ key }));
  return {
    entries,
    runs,
    files: await writeLines(ledger.store, blobKey.job(ref, 'answers-files', ledger.nonce()), names),
  };
};

async function* sortedChunks(held: Buffer, count: number): AsyncGenerator<Uint8Array> {
  const view = viewOf(held);
  const order = new Uint32Array(count);
  for (let position = 0; position < count; position += 1) order[position] = position * ENTRY_BYTES;
  order.sort((a, b) => compareWords(view, a, view, b, ENTRY_BYTES / 4));
  for (let from = 0; from < count; from += CHUNK_ENTRIES) {
    const part = order.subarray(from, from + CHUNK_ENTRIES);
    const chunk = Buffer.alloc(part.length * ENTRY_BYTES);
    for (const [position, at] of part.entries()) held.copy(chunk, position * ENTRY_BYTES, at, at + ENTRY_BYTES);
    yield chunk;
  }
}
