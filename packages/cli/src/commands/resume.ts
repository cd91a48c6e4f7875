import { resolve } from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import type { JobSummary } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { finishJob } from '../job/finish-job.ts';
import { outFolder } from '../job/known-runs.ts';
import { mustTakeFiles } from '../job/out-folder.ts';
import { amount } from '../pipeline-input/pipeline-options.ts';
import { EXIT, worstOf } from '../terminal/exit-codes.ts';

export const resumeCommand = defineCommand<{ out?: string; maxCost?: number }>({
  name: 'resume',
  describe: (command) =>
    command
      .description('make a job go on, whatever stopped it, to its end')
      .argument('[job]', 'default: every job that has not ended')
      .option('--max-cost <usd>', 'a new limit for what is submitted, in US dollars', amount)
      .option('--out <dir>', 'where the files go (default: where the run puts them, or a folder named like the job)'),
  run: (context, [wanted], options) =>
    withApi(context, { mustExist: true }, async (api) => {
      const jobs = wanted === undefined ? await unfinished(api.client) : [await findJob(api.client, wanted)];
      if (jobs.length === 0) {
        context.printer.result('Every job has ended.');
        context.printer.note('What one of them has made: batchmill download JOB');
        context.printer.json({ jobs: [] });
        return EXIT.ok;
      }
      // All of them go on from here; they are waited for one after the other.
      for (const job of jobs) await goOn(api.client, job, options.maxCost);
      const exitCodes: number[] = [];
      for (const job of jobs) {
        const out = options.out === undefined ? await outFolder(context, job) : resolve(context.io.cwd, options.out);
        await mustTakeFiles(out);
        const exitCode = await finishJob(context, api, { id: job.id, out, again: `batchmill resume ${job.id}` });
        exitCodes.push(exitCode);
        if (exitCode === EXIT.interrupted) break;
      }
      return worstOf(exitCodes);
    }),
});

const unfinished = async (client: Client): Promise<JobSummary[]> => {
  const jobs: JobSummary[] = [];
  for await (const job of client.allJobs()) if (!isFinalState(job.state)) jobs.push(job);
  return jobs.toReversed();
};

/** A job that only lost its process goes on by itself. */
const goOn = async (client: Client, { id, state }: JobSummary, maxCost: number | undefined): Promise<void> => {
  if (state === 'paused' || state === 'needs-attention' || maxCost !== undefined) await client.resume(id, { maxCost });
};
