import type { Fields } from '@batchmill/contracts';
import type { ColumnType } from '../field-types.ts';

/** Takes the bytes of a file in order; the next come when its promise is kept. A chunk is not used again by the writer. */
export type Sink = (chunk: Uint8Array) => Promise<void>;

/** Writes rows in order, one call at a time. A column that a row lacks is left out in JSON, and null elsewhere. */
export type RowWriter = {
  write(values: Fields): Promise<void>;
  /** Writes what is held and the end of the file. */
  finish(): Promise<{ rows: number }>;
};

export type Column = { name: string; type: ColumnType };

/** Text formats hand over about this much at once. */
export const CHUNK_CHARACTERS = 64 * 1024;
