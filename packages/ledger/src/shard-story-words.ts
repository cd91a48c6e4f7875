import { OUTCOMES } from '@batchmill/contracts';
import type { IntentRecord, OutcomeCounts } from '@batchmill/contracts';

/* The words a shard's story is told in. */

/** `attempt 1`, `attempt 1, part 0 of 2, submission 3`: the part only where there are several. */
export const placeName = ({ attempt, part, parts = 1, submission }: PlaceName): string =>
  [
    `attempt ${attempt}`,
    ...(part === undefined || parts < 2 ? [] : [`part ${part} of ${parts}`]),
    ...(submission === undefined ? [] : [`submission ${submission}`]),
  ].join(', ');

export type PlaceName = {
  attempt: number;
  part?: number | undefined;
  parts?: number;
  submission?: number | undefined;
};

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const rows = (count: number): string => counted(count, 'row');

/** `2 ok, 1 failed` */
export const outcomes = (of: OutcomeCounts): string =>
  OUTCOMES.flatMap((outcome) => (of[outcome] ? [`${of[outcome]} ${outcome}`] : [])).join(', ') || 'no rows';

/** `1 expired, 2 missing`; empty where all are 0. */
export const reasons = (of: Record<string, number>): string =>
  Object.entries(of)
    .flatMap(([reason, count]) => (count === 0 ? [] : [`${count} ${reason}`]))
    .sort()
    .join(', ');

/** `an output file of 3 lines`, `no error file` */
export const linesOf = (file: { lines: number } | null, name: string): string =>
  file === null ? `no ${name}` : `an ${name} of ${counted(file.lines, 'line')}`;

/** A sentence of somebody else, to be followed by more. */
export const clause = (sentence: string): string => sentence.trim().replace(/\.$/, '');

/** Why a plan or a submission was withdrawn. */
export const withdrawnWhy = ({ because, recut }: Pick<IntentRecord, 'because' | 'recut'>): string => {
  if (because === 'quarantined') return 'the shard is given up';
  if (because === 'too-large')
    return `it is more than the ${recut?.limitTokens ?? 0} tokens that may wait at the provider: its rows are cut into smaller batches`;
  return 'the run is cancelled';
};

/** `2027-01-15 08:00:00 UTC` */
export const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
