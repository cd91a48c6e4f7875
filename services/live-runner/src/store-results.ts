import type { LineBlobRef, PartRef } from '@batchmill/contracts';
import { liveSubmission } from '@batchmill/flow';
import { blobKey, keys, liveCountsOf } from '@batchmill/ledger';
import type { Ledger, PartFacts } from '@batchmill/ledger';

/** Puts the checkpoints of a part together to the files that a batch would have given. */
export const storeResults = async (ledger: Ledger, ref: PartRef, { plan, chunks = [] }: PartFacts): Promise<number> => {
  const output = await joined(
    ledger,
    ref,
    'output',
    chunks.map((chunk) => chunk.output),
  );
  const errors = await joined(
    ledger,
    ref,
    'errors',
    chunks.map((chunk) => chunk.errors),
  );
  const live = liveCountsOf(chunks, plan.requests.lines);
  await ledger.write(keys.results(ref), { submission: liveSubmission(ref).submission, output, errors, live });
  return (output?.lines ?? 0) + (errors?.lines ?? 0);
};

const joined = async (
  { store, nonce }: Ledger,
  ref: PartRef,
  name: 'output' | 'errors',
  parts: (LineBlobRef | null)[],
): Promise<LineBlobRef | null> => {
  const blobs = parts.filter((blob) => blob !== null);
  const [first] = blobs;
  if (first === undefined || blobs.length === 1) return first ?? null;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const { key, ...expect } of blobs) yield* store.read(key, { expect });
  }
  const key = blobKey.shard(ref, `${ref.stage}-a${ref.attempt}-p${ref.part}-${name}`, nonce());
  const blob = await store.putBlob(key, bytes());
  return { ...blob, lines: blobs.reduce((sum, { lines }) => sum + lines, 0) };
};
