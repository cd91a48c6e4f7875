import type { AnswersRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import type { Place } from './entry.ts';

/** Lines nearer to each other than this are fetched in one piece, up to the second limit. */
const GAP_BYTES = 64 * 1024;
const SPAN_BYTES = 4 * 1024 * 1024;

export type PlacedAnswer = { position: number; line: string };

/** The lines at these places, in the order in which they stand; `position` is that in `places`. */
export async function* readPlaces(
  ledger: Pick<Ledger, 'store' | 'readLines'>,
  { files }: Pick<AnswersRecord, 'files'>,
  places: readonly (Place | undefined)[],
): AsyncGenerator<PlacedAnswer> {
  const found = places.flatMap((place, position) => (place === undefined ? [] : [{ ...place, position }]));
  if (found.length === 0) return;
  const names = await Array.fromAsync(ledger.readLines<{ key: string }>(files));
  found.sort((a, b) => a.file - b.file || a.start - b.start);
  for (const span of spansOf(found)) {
    const { file, start, end, lines } = span;
    const chunks = await Array.fromAsync(ledger.store.read(names[file]?.key ?? '', { start, end }));
    const bytes = Buffer.concat(chunks);
    for (const { start: from, bytes: length, position } of lines) {
      yield { position, line: bytes.toString('utf8', from - start, from - start + length) };
    }
  }
}

type Found = Place & { position: number };
type Span = { file: number; start: number; end: number; lines: Found[] };

function* spansOf(found: readonly Found[]): Generator<Span> {
  let span: Span | undefined;
  for (const one of found) {
    const end = one.start + one.bytes;
    const fits = span?.file === one.file && one.start - span.end <= GAP_BYTES && end - span.start <= SPAN_BYTES;
    if (span !== undefined && fits) {
      span.end = Math.max(span.end, end);
      span.lines.push(one);
      continue;
    }
    if (span !== undefined) yield span;
    span = { file: one.file, start: one.start, end, lines: [one] };
  }
  if (span !== undefined) yield span;
}
