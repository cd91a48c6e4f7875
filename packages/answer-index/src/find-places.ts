import type { AnswersRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import { DIGEST_BYTES } from './digest.ts';
import { blocksOfRun } from './blocks-of-run.ts';
import { compareWords, ENTRY_BYTES, placeAt, viewOf } from './entry.ts';
import type { Place } from './entry.ts';

/** Where an answer stands, and which of the wanted digests it is for. */
export type FoundPlace = Place & { position: number };

type Index = Pick<AnswersRecord, 'runs'>;
type Store = Pick<Ledger, 'store'>;

const DIGEST_WORDS = DIGEST_BYTES / 4;

/** Every place of every digest; these are all different. Reads each run of the index once. */
export const findAllPlaces = async (
  ledger: Store,
  index: Index,
  digests: readonly Uint8Array[],
): Promise<FoundPlace[]> => {
  const wanted = sortedDigests(digests);
  const found: FoundPlace[] = [];
  for await (const { at, place } of matches(ledger, index, wanted))
    found.push({ ...place, position: wanted.order[at] ?? 0 });
  return found;
};

/**
 * One place for each digest that has any. Of equal digests each gets an answer of its own as long as there are any, and the
 * last one after that. Reads each run of the index once.
 */
export const findPlaces = async (
  ledger: Store,
  index: Index,
  digests: readonly Uint8Array[],
): Promise<FoundPlace[]> => {
  const wanted = sortedDigests(digests);
  const places: (Place | undefined)[] = digests.map(() => undefined);
  for await (const { at, place } of matches(ledger, index, wanted)) {
    let open = at;
    while (places[open] !== undefined && wanted.isSame(at, open + 1)) open += 1;
    places[open] ??= place;
  }
  for (let at = 1; at < places.length; at += 1) {
    if (places[at] === undefined && wanted.isSame(at - 1, at)) places[at] = places[at - 1];
  }
  return places.flatMap((place, at) => (place === undefined ? [] : [{ ...place, position: wanted.order[at] ?? 0 }]));
};

type Wanted = {
  /** Position in the order of the digests → position as they were given. */
  order: Uint32Array;
  compare(at: number, entries: DataView, entry: number): number;
  isSame(at: number, other: number): boolean;
};

const sortedDigests = (digests: readonly Uint8Array[]): Wanted => {
  const view = viewOf(Buffer.concat(digests));
  const order = Uint32Array.from(digests.keys()).sort(
    (a, b) => compareWords(view, a * DIGEST_BYTES, view, b * DIGEST_BYTES, DIGEST_WORDS) || a - b,
  );
  const startOf = (at: number): number => (order[at] ?? 0) * DIGEST_BYTES;
  return {
    order,
    compare: (at, entries, entry) => compareWords(view, startOf(at), entries, entry, DIGEST_WORDS),
    isSame: (at, other) =>
      other < order.length && compareWords(view, startOf(at), view, startOf(other), DIGEST_WORDS) === 0,
  };
};

/** Each entry whose digest is wanted, with the first position that wants it. */
async function* matches(
  { store }: Store,
  { runs }: Index,
  { order, compare }: Wanted,
): AsyncGenerator<{ at: number; place: Place }> {
  for (const run of runs) {
    let at = 0;
    for await (const block of blocksOfRun(store, run)) {
      const entries = viewOf(block);
      for (let entry = 0; entry < block.length && at < order.length; entry += ENTRY_BYTES) {
        let difference = compare(at, entries, entry);
        while (difference < 0 && (at += 1) < order.length) difference = compare(at, entries, entry);
        if (difference === 0) yield { at, place: placeAt(block, entry) };
      }
    }
  }
}
