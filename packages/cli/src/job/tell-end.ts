import { formatProblem } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { exitCodeOf } from './exit-code-of.ts';
import type { Followed } from './follow-job.ts';
import { interruptedLines, standingLines } from './goodbye.ts';

/** Says why a job that was followed gives no results, and gives the exit code; null where it does. */
export const tellWithoutResults = (
  { printer }: CommandContext,
  { worker }: Pick<Api, 'worker'>,
  { end, status }: Followed,
  again: string,
): number | null => {
  if (end === 'interrupted') {
    for (const line of interruptedLines(status, worker, again)) printer.warning(line);
    return EXIT.interrupted;
  }
  if (end === 'standing') {
    for (const line of standingLines(status)) printer.warning(line);
    return EXIT.failed;
  }
  if (status.state !== 'failed') return null;
  const problems = status.problems ?? [];
  const reason = problems.length > 0 ? '' : ` ${status.reason ?? 'the server gives no reason'}`;
  printer.warning(`Job ${status.id} failed:${reason}`);
  for (const problem of problems) printer.warning(formatProblem(problem));
  return exitCodeOf(status);
};
