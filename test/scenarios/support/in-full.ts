import { test } from 'vitest';

type Declare = (name: string, options: { timeout?: number }, run: () => Promise<void>) => void;

/** Declares a test of the full form (`FULL=1`) only, so that the short form has nothing to skip. */
export const inFull: Declare = process.env.FULL === '1' ? test : () => undefined;
