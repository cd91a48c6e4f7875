export { answersOfJob } from './answers-of-job.ts';
export { keyDigest, requestDigest } from './digest.ts';
export { findAllPlaces, findPlaces } from './find-places.ts';
export type { FoundPlace } from './find-places.ts';
export { readPlaces } from './read-places.ts';
export type { PlacedAnswer } from './read-places.ts';
export { writeIndex } from './write-index.ts';
export type { FoundAnswer } from './write-index.ts';
