import { join, resolve } from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import type { JobSummary } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { count, counted, fileSize } from '../terminal/amounts.ts';
import { fetchOutputs } from './fetch-outputs.ts';
import { fetchRaw } from './fetch-raw.ts';
import type { RawFetched } from './fetch-raw.ts';
import { outFolder } from './known-runs.ts';
import { mustTakeFiles } from './out-folder.ts';
import { fileLines, shortPath } from './receipt.ts';

/**
 * Writes the files of a job, or of the rows it has done so far, and says where; gives the exit code. `raw`: also every
 * request, output and error file, below `raw/` there.
 */
export const downloadJob = async (
  context: CommandContext,
  client: Client,
  job: JobSummary,
  options: { out?: string; raw?: boolean },
): Promise<number> => {
  const out = options.out === undefined ? await outFolder(context, job) : resolve(context.io.cwd, options.out);
  await mustTakeFiles(out);
  const raw = options.raw === true ? await fetchRaw(client, job, join(out, 'raw')) : undefined;
  const files = await fetchOutputs(client, job, out);
  const isWhole = isFinalState(job.state);
  context.printer.result(
    files.length === 0
      ? `Job ${job.id} (${job.state}) has no files yet.`
      : fileLines(shortPath(context.io.cwd, out), files).join('\n'),
  );
  if (!isWhole && files.length > 0)
    context.printer.note(`Job ${job.id} is ${job.state}: these are the rows that are done so far.`);
  if (raw !== undefined) context.printer.result(rawLines(shortPath(context.io.cwd, raw.folder), raw).join('\n'));
  const told = { job: job.id, state: job.state, final: isWhole, out, files };
  context.printer.json(raw === undefined ? told : { ...told, raw });
  return EXIT.ok;
};

const rawLines = (folder: string, { parts, files, fetched, bytes, rows }: RawFetched): string[] => {
  if (parts === 0) return ['  no request has been made'];
  const known = files - fetched;
  return [
    `  ${counted(files, 'file')} of ${counted(parts, 'part')} in ${folder} (${fileSize(bytes)}${known === 0 ? '' : `, ${count(known)} of them were there`})`,
    `    ${counted(rows.requests, 'request')}, ${counted(rows.output, 'line')} of output, ${counted(rows.errors, 'line')} of errors; raw.json names the batch and SHA-256 of each`,
  ];
};
