import type { Fields, Problem } from '@batchmill/contracts';

/** A row with its joined fields and the files that do not know it, or why it cannot be used. */
export type Joined = { fields: Fields; unjoined?: readonly string[] } | { problem: Problem };

/** Adds to a row the fields that other files have for it. */
export type JoinRow = (fields: Fields, place: { file: string; line: number }) => Joined;
