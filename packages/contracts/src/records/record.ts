import { z } from 'zod';

/** What every ledger record starts with: schema version, a nonce that recognises our own retried write, when (ms). */
export const recordBase = { v: z.literal(1), nonce: z.string(), at: z.int() };

/** The body of a record as its writer gives it: version, nonce and time are put in by the ledger. */
export type Body<Record> = Omit<Record, 'v' | 'nonce' | 'at'>;

/** Largest record, bytes. Anything bigger is a blob. */
export const MAX_RECORD_BYTES = 256 * 1024;
