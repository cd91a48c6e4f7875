import { findPlaces, readPlaces, requestDigest } from '@batchmill/answer-index';
import type { AttemptRef, BlobRef, Generate, Json, LineBlobRef, Row } from '@batchmill/contracts';
import { Bitmap, blobKey, keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';

/** A row with the request that would be sent for it; without one where it is not asked. */
export type Made = { row: Row; position: number; body?: Record<string, Json> | null };

export type Given = {
  /** Positions of rows that need not be asked. */
  positions: Bitmap;
  plan: { given?: LineBlobRef; givenDigests?: BlobRef };
};

/**
 * Looks for rows whose request was answered in an earlier job, and stores those answers as result lines of this attempt.
 * Holds a digest for each row, and no request.
 */
export const findGiven = async (
  ledger: Ledger,
  ref: AttemptRef,
  generate: Generate,
  customIdOf: (row: Row) => string,
  requests: () => AsyncIterable<Made>,
): Promise<Given> => {
  const positions = new Bitmap();
  const index = await ledger.read(keys.answers(ref));
  if (index?.by !== 'request' || index.entries === 0) return { positions, plan: {} };
  const rows: { customId: string; position: number }[] = [];
  const digests: Buffer[] = [];
  for await (const { row, position, body } of requests()) {
    if (body === undefined || body === null) continue;
    rows.push({ customId: customIdOf(row), position });
    digests.push(requestDigest(generate, JSON.stringify(body)));
  }
  const places = await findPlaces(ledger, index, digests);
  if (places.length === 0) return { positions, plan: {} };
  const found: Buffer[] = [];
  const answers = readPlaces(ledger, index, places);
  async function* lines(): AsyncGenerator<unknown> {
    for await (const { position: at, line } of answers) {
      const row = rows[at];
      const digest = digests[at];
      if (row === undefined || digest === undefined) continue;
      positions.add(row.position);
      found.push(digest);
      yield { ...(JSON.parse(line) as object), custom_id: row.customId };
    }
  }
  const name = `${ref.stage}-a${ref.attempt}-given`;
  const given = await ledger.writeLines(ref, name, lines());
  const digestsKey = blobKey.shard(ref, `${name}-digests`, ledger.nonce());
  const givenDigests = await ledger.store.putBlob(digestsKey, Buffer.concat(found));
  return { positions, plan: { given, givenDigests } };
};
