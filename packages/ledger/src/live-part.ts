import { addLiveCounts, noLiveCounts } from '@batchmill/contracts';
import type { ChunkRecord, LiveCounts } from '@batchmill/contracts';
import { Bitmap } from './bitmap.ts';

/** Lines of a live part's requests (0-based) that its checkpoints settle. */
export const settledLines = (chunks: readonly ChunkRecord[] = []): Bitmap =>
  chunks.reduce((settled, chunk) => addAll(settled, Bitmap.decode(chunk.settled)), new Bitmap());

/**
 * How often requests of a live part were sent again. A sitting that follows one which did not end in order (its last record
 * allows for requests that are in no record) may have repeated those, but never more than were open then.
 */
export const liveCountsOf = (chunks: readonly ChunkRecord[], lines: number): LiveCounts => {
  const settled = new Bitmap();
  let counts = noLiveCounts;
  for (const [position, chunk] of chunks.entries()) {
    const before = chunks[position - 1];
    const isTakeover = before !== undefined && before.sitting !== chunk.sitting;
    const repeated = isTakeover ? Math.min(before.mayRepeat, lines - settled.size) : 0;
    counts = addLiveCounts(counts, { retried: chunk.retried, repeated });
    addAll(settled, Bitmap.decode(chunk.settled));
  }
  return counts;
};

const addAll = (to: Bitmap, from: Bitmap): Bitmap => {
  for (const position of from.positions()) to.add(position);
  return to;
};
