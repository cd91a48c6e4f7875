import type { PartRef } from '@batchmill/contracts';
import { Bitmap, keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settled } from './ask-row.ts';

/** Another sitting has begun on the same part: this one records nothing any more. */
export class DisplacedError extends Error {}

/** The records of one sitting, one after another. */
export type Checkpoints = {
  add(line: number, settled: Settled): void;
  retried(reason: string): void;
  /** Rows that are settled and in no record. */
  readonly waiting: number;
  /**
   * Records what is there; with nothing to record and no `mayRepeat` it does nothing. Throws a DisplacedError, or
   * what the store says, after some tries.
   */
  write(mayRepeat?: number): Promise<void>;
};

export type CheckpointOptions = {
  ledger: Ledger;
  ref: PartRef;
  sitting: string;
  worker: string;
  /** Number of the sitting's first record. */
  first: number;
  /** What a record in the middle of a sitting says. */
  mayRepeat: number;
  recorded(rows: number): void;
};

const TRIES = 5;
const FIRST_PAUSE_MS = 250;

export const createCheckpoints = (options: CheckpointOptions): Checkpoints => {
  const { ledger, ref, sitting, worker, recorded } = options;
  let next = options.first;
  let rows: { line: number; settled: Settled }[] = [];
  let retried: Record<string, number> = {};
  let last: Promise<void> = Promise.resolve();

  const store = async (taken: typeof rows, again: typeof retried, mayRepeat: number): Promise<void> => {
    const settled = new Bitmap();
    for (const { line } of taken) settled.add(line);
    const linesOf = (kind: Settled['kind']) =>
      ledger.writeLinesIfAny(
        ref,
        `${ref.stage}-a${ref.attempt}-p${ref.part}-live-${kind}`,
        taken.filter((row) => row.settled.kind === kind).map((row) => row.settled.text),
      );
    const { created, record } = await ledger.write(keys.chunk(ref, next), {
      sitting,
      worker,
      output: await linesOf('output'),
      errors: await linesOf('errors'),
      settled: settled.encode(),
      mayRepeat,
      retried: again,
    });
    // our own record, whose answer was lost, is ours
    if (!created && record.sitting !== sitting) throw new DisplacedError(`${record.worker} has taken over`);
    next += 1;
    recorded(taken.length);
  };

  const writeNext = async (mayRepeat: number | undefined): Promise<void> => {
    if (rows.length === 0 && mayRepeat === undefined) return;
    const [taken, again] = [rows, retried];
    [rows, retried] = [[], {}];
    for (let tries = 1; ; tries += 1) {
      try {
        return await store(taken, again, mayRepeat ?? options.mayRepeat);
      } catch (error) {
        // what is answered is paid: it is worth a few tries more than the store's own
        if (error instanceof DisplacedError || tries >= TRIES) throw error;
        await delay(FIRST_PAUSE_MS * 2 ** tries);
      }
    }
  };

  return {
    add: (line, settled) => void rows.push({ line, settled }),
    retried: (reason) => {
      retried[reason] = (retried[reason] ?? 0) + 1;
    },
    get waiting() {
      return rows.length;
    },
    write: (mayRepeat) => {
      // one at a time; after one that failed nothing is recorded any more
      last = last.then(() => writeNext(mayRepeat));
      last.catch(() => undefined);
      return last;
    },
  };
};
