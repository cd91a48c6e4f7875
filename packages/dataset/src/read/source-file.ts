import type { Fields, Json, Problem } from '@batchmill/contracts';

/** A file to read. `range` is in bytes, `start` included and `end` not; without it the whole file. */
export type SourceFile = {
  name: string;
  bytes: number;
  open(range?: { start: number; end: number }): AsyncIterable<Uint8Array>;
};

/**
 * A record that can be used. `line` is 1-based: the line of a JSONL row, the line where a CSV record starts,
 * the number of the element in a JSON array, the number of the row in a Parquet file.
 */
export type SourceRow = {
  file: string;
  line: number;
  fields: Fields;
  /** Joined files that do not know this row: what would come from them is null. */
  unjoined?: readonly string[];
};

/** A record that cannot be used; those after it can. */
export type SourceProblem = {
  file: string;
  line: number;
  problem: Problem;
  /** What the record has, where it could be read and only lacks what is joined or derived. */
  record?: Fields;
};

/** What a format's reader gives, before `wrap` and `derive`. */
export type SourceRecord = { line: number; value: Json } | { line: number; problem: Problem };

/** Reads one file in batches, so that the price of an await is paid per chunk and not per row. */
export type FormatReader = (file: SourceFile) => AsyncIterable<SourceRecord[]>;

/** Longest record any text format may have: it is held in memory several times on its way. */
export const MAX_RECORD_BYTES = 32 * 1024 * 1024;
