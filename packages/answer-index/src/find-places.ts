import type { AnswersRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import { DIGEST_BYTES } from './digest.ts';
import { compareWords, ENTRY_BYTES, placeAt, viewOf } from './entry.ts';
import type { Place } from './entry.ts';
import { blocksOfRun } from './blocks-of-run.ts';

const DIGEST_WORDS = DIGEST_BYTES / 4;

/**
 * For each digest where its answer stands, or undefined. Reads each run of the index once. Of equal digests each gets an
 * answer of its own as long as there are any, and the last one after that.
 */
export const findPlaces = async (
  { store }: Pick<Ledger, 'store'>,
  { runs }: Pick<AnswersRecord, 'runs'>,
  digests: readonly Uint8Array[],
): Promise<(Place | undefined)[]> => {
  const wanted = Buffer.concat(digests);
  const view = viewOf(wanted);
  const order = Uint32Array.from(digests.keys()).sort(
    (a, b) => compareWords(view, a * DIGEST_BYTES, view, b * DIGEST_BYTES, DIGEST_WORDS) || a - b,
  );
  const places: (Place | undefined)[] = digests.map(() => undefined);
  const compare = (position: number, entries: DataView, at: number): number =>
    compareWords(view, (order[position] ?? 0) * DIGEST_BYTES, entries, at, DIGEST_WORDS);
  for (const run of runs) {
    let position = 0;
    for await (const block of blocksOfRun(store, run)) {
      const entries = viewOf(block);
      for (let at = 0; at < block.length; at += ENTRY_BYTES) {
        while (position < order.length && compare(position, entries, at) < 0) position += 1;
        if (position === order.length) break;
        if (compare(position, entries, at) > 0) continue;
        let open = position;
        while (open < order.length && places[order[open] ?? 0] !== undefined && compare(open, entries, at) === 0)
          open += 1;
        if (open < order.length && compare(open, entries, at) === 0) places[order[open] ?? 0] = placeAt(block, at);
      }
    }
  }
  for (let position = 1; position < order.length; position += 1) {
    const [before = 0, here = 0] = [order[position - 1], order[position]];
    if (places[here] !== undefined) continue;
    if (compareWords(view, before * DIGEST_BYTES, view, here * DIGEST_BYTES, DIGEST_WORDS) === 0)
      places[here] = places[before];
  }
  return places;
};
