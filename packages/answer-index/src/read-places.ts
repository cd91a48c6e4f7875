import type { AnswersRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import type { FoundPlace } from './find-places.ts';

/** Lines nearer to each other than this are fetched in one piece, up to the second limit. */
const GAP_BYTES = 64 * 1024;
const SPAN_BYTES = 4 * 1024 * 1024;

export type PlacedAnswer = { position: number; line: string };

/** The lines at these places, in the order in which they stand, each with the position of the digest that it is for. */
export async function* readPlaces(
  ledger: Pick<Ledger, 'store' | 'readLines'>,
  { files }: Pick<AnswersRecord, 'files'>,
  places: readonly FoundPlace[],
): AsyncGenerator<PlacedAnswer> {
  if (places.length === 0) return;
  const names = await Array.fromAsync(ledger.readLines<{ key: string }>(files));
  const inOrder = places.toSorted((a, b) => a.file - b.file || a.start - b.start);
  for (const { file, start, end, lines } of spansOf(inOrder)) {
    const chunks = await Array.fromAsync(ledger.store.read(names[file]?.key ?? '', { start, end }));
    const bytes = Buffer.concat(chunks);
    for (const { start: from, bytes: length, position } of lines) {
      yield { position, line: bytes.toString('utf8', from - start, from - start + length) };
    }
  }
}

type Span = { file: number; start: number; end: number; lines: FoundPlace[] };

function* spansOf(places: readonly FoundPlace[]): Generator<Span> {
  let span: Span | undefined;
  for (const place of places) {
    const end = place.start + place.bytes;
    const fits = span?.file === place.file && place.start - span.end <= GAP_BYTES && end - span.start <= SPAN_BYTES;
    if (span !== undefined && fits) {
      span.end = Math.max(span.end, end);
      span.lines.push(place);
      continue;
    }
    if (span !== undefined) yield span;
    span = { file: place.file, start: place.start, end, lines: [place] };
  }
  if (span !== undefined) yield span;
}
