import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { commandLine } from '../job/command-line.ts';
import { completeJob } from '../job/finish-job.ts';
import type { Finished } from '../job/finish-job.ts';
import { worstOf } from '../terminal/exit-codes.ts';
import type { StartedFile } from './start-file.ts';

/** Follows the jobs of request files to their ends, writes their results, and gives the worst exit code. */
export const finishFiles = async (
  context: CommandContext,
  api: Api,
  files: readonly StartedFile[],
  options: { new?: boolean },
): Promise<number> => {
  const { argv, printer, url } = context;
  // A server does not know which of several runs of the same is meant.
  const isAmbiguous = url !== undefined && options.new === true;
  const finished: Finished[] = [];
  // All of them are under way; they are waited for one after the other.
  for (const [index, { id, began, out }] of files.entries()) {
    const again = isAmbiguous ? `batchmill resume ${id}` : commandLine(argv);
    finished.push(await completeJob(context, api, { id, began, out, again }));
    const others = files.slice(index + 1);
    if (!api.interrupt.aborted || others.length === 0) continue;
    printer.warning('The same holds for:');
    for (const other of others) printer.warning(`  ${other.file}  job ${other.id}`);
    break;
  }
  const exitCode = worstOf(finished.map((one) => one.exitCode));
  printer.json({ jobs: finished, exitCode });
  return exitCode;
};
