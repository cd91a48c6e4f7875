import type { JobStatus } from '@batchmill/contracts';
import { EXIT } from '../terminal/exit-codes.ts';

/** 0 all rows ok, 3 some are not, 2 the input could not be used, 1 the job failed or stands still. */
export const exitCodeOf = (status: JobStatus): number => {
  if (status.state === 'completed') return EXIT.ok;
  if (status.state === 'completed-with-rejects' || status.state === 'cancelled') return EXIT.rowsNotOk;
  return status.state === 'failed' && (status.problems ?? []).length > 0 ? EXIT.usage : EXIT.failed;
};
