import { formatProblem } from '@batchmill/contracts';
import type { JobStatus, OutputFile, Report } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { fetchOutputs } from './fetch-outputs.ts';
import { followJob } from './follow-job.ts';
import { interruptedLines, standingLines } from './goodbye.ts';
import { rejectReasons } from './reject-reasons.ts';
import { receiptLines, shortPath } from './receipt.ts';

export type Finishing = {
  id: string;
  /** Folder for the output files, absolute. */
  out: string;
  /** How to call the command that goes on with it, for the goodbye of Ctrl-C. */
  again: string;
  /** What became of the request to start it; only for --json. */
  began?: 'new' | 'resumed' | 'finished-before';
};

/** Follows a job to its end, writes its outputs to `out`, prints the receipt; gives the exit code. */
export const finishJob = async (context: CommandContext, api: Api, finishing: Finishing): Promise<number> => {
  const { printer } = context;
  const { end, status } = await followJob(context, api, finishing.id);
  if (end === 'interrupted') {
    for (const line of interruptedLines(status, api.worker, finishing.again)) printer.warning(line);
    return told(context, finishing, { status, exitCode: EXIT.interrupted });
  }
  if (end === 'standing') {
    for (const line of standingLines(status)) printer.warning(line);
    return told(context, finishing, { status, exitCode: EXIT.failed });
  }
  if (status.state === 'failed') {
    const problems = status.problems ?? [];
    const reason = problems.length > 0 ? '' : ` ${status.reason ?? 'the server gives no reason'}`;
    printer.warning(`Job ${status.id} failed:${reason}`);
    for (const problem of problems) printer.warning(formatProblem(problem));
    return told(context, finishing, { status, exitCode: exitCodeOf(status) });
  }
  const files = await fetchOutputs(api.client, finishing.id, finishing.out);
  const report = await api.client.report(finishing.id);
  if (!context.settings.quiet) {
    const reasons = await rejectReasons(report, finishing.out);
    const facts = { status, report, reasons, out: shortPath(context.io.cwd, finishing.out), files };
    printer.result(receiptLines(facts).join('\n'));
  }
  return told(context, finishing, { status, files, report, exitCode: exitCodeOf(status) });
};

type Told = { status: JobStatus; files?: OutputFile[]; report?: Report; exitCode: number };

const told = (context: CommandContext, finishing: Finishing, { status, files, report, exitCode }: Told): number => {
  context.printer.json({
    job: status.id,
    name: status.name,
    state: status.state,
    began: finishing.began,
    run: status.run,
    reason: status.reason,
    problems: status.problems,
    rows: status.rows,
    outcomes: status.outcomes,
    steps: status.steps,
    tokens: status.tokens,
    cost: { ...status.cost, currency: 'USD' },
    paidTwice: report?.paidTwice,
    warnings: report?.warnings,
    simulated: status.simulated,
    out: finishing.out,
    files: files ?? [],
    exitCode,
  });
  return exitCode;
};
