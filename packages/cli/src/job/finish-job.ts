import type { JobStatus, OutputFile, Report } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { fetchOutputs, rejectsFile } from './fetch-outputs.ts';
import { followJob } from './follow-job.ts';
import { rejectReasons } from './reject-reasons.ts';
import { placeResult } from './result-file.ts';
import type { ResultFile } from './result-file.ts';
import { receiptLines, shortPath } from './receipt.ts';
import { tellWithoutResults } from './tell-end.ts';

export type Finishing = {
  id: string;
  /** Folder for the output files, absolute. */
  out: string;
  /** How to call the command that goes on with it, for the goodbye of Ctrl-C. */
  again: string;
  /** What became of the request to start it; only for --json. */
  began?: 'new' | 'resumed' | 'finished-before';
  /** Where the data go beside `out`. */
  result?: ResultFile;
};

/** What --json tells of a job that was followed. */
export type Finished = ReturnType<typeof toldOf>;

/** Follows a job to its end, writes its outputs to `out`, prints the receipt; gives the exit code. */
export const finishJob = async (context: CommandContext, api: Api, finishing: Finishing): Promise<number> => {
  const finished = await completeJob(context, api, finishing);
  context.printer.json(finished);
  return finished.exitCode;
};

/** The same, for a command that tells more than this job with --json. */
export const completeJob = async (context: CommandContext, api: Api, finishing: Finishing): Promise<Finished> => {
  const followed = await followJob(context, api, finishing.id);
  const { status } = followed;
  const exitCode = tellWithoutResults(context, api, followed, finishing.again);
  if (exitCode !== null) return toldOf(finishing, { status, exitCode });
  const files = await fetchOutputs(api.client, status, finishing.out);
  const { result } = finishing;
  if (result !== undefined) await placeAlso(context, status, finishing.out, result);
  const report = await api.client.report(finishing.id);
  if (!context.settings.quiet) {
    const reasons = await rejectReasons(report, finishing.out, rejectsFile(status));
    const facts = { status, report, reasons, out: shortPath(context.io.cwd, finishing.out), files };
    context.printer.result(receiptLines(facts).join('\n'));
  }
  return toldOf(finishing, { status, files, report, exitCode: exitCodeOf(status) });
};

/** A run that was cancelled has not done all: its data replace nothing. */
const placeAlso = async (
  { io, printer }: CommandContext,
  { state }: JobStatus,
  out: string,
  result: ResultFile,
): Promise<void> => {
  if (state === 'cancelled') printer.warning(`${shortPath(io.cwd, result.to)} stays as it is: the job was cancelled.`);
  else printer.note(`The data are in ${shortPath(io.cwd, await placeResult(out, result))}.`);
};

type Told = { status: JobStatus; files?: OutputFile[]; report?: Report; exitCode: number };

const toldOf = (finishing: Finishing, { status, files, report, exitCode }: Told) => ({
  job: status.id,
  name: status.name,
  requestFile: status.requestFile,
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
