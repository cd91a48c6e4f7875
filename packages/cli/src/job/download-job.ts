import { resolve } from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import type { JobSummary } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { fetchOutputs } from './fetch-outputs.ts';
import { outFolder } from './known-runs.ts';
import { mustTakeFiles } from './out-folder.ts';
import { fileLines, shortPath } from './receipt.ts';

/** Writes the files of a job, or of the rows it has done so far, and says where; gives the exit code. */
export const downloadJob = async (
  context: CommandContext,
  client: Client,
  job: JobSummary,
  options: { out?: string },
): Promise<number> => {
  const out = options.out === undefined ? await outFolder(context, job) : resolve(context.io.cwd, options.out);
  await mustTakeFiles(out);
  const files = await fetchOutputs(client, job, out);
  const isWhole = isFinalState(job.state);
  context.printer.result(
    files.length === 0
      ? `Job ${job.id} (${job.state}) has no files yet.`
      : fileLines(shortPath(context.io.cwd, out), files).join('\n'),
  );
  if (!isWhole && files.length > 0)
    context.printer.note(`Job ${job.id} is ${job.state}: these are the rows that are done so far.`);
  context.printer.json({ job: job.id, state: job.state, final: isWhole, out, files });
  return EXIT.ok;
};
