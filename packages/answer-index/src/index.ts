export { answersOfJob } from './answers-of-job.ts';
export { keyDigest, requestDigest } from './digest.ts';
export type { Place } from './entry.ts';
export { findPlaces } from './find-places.ts';
export { readPlaces } from './read-places.ts';
export type { PlacedAnswer } from './read-places.ts';
export { ENTRIES_PER_RUN, writeIndex } from './write-index.ts';
export type { FoundAnswer } from './write-index.ts';
