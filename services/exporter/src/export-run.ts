import { InputError, PermanentError } from '@batchmill/contracts';
import type { JobRecord, ManifestRecord, RunRef } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { readReport, writeManifest } from '@batchmill/outputs';
import type { RunShards } from '@batchmill/outputs';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import type { Events } from './events.ts';
import { makeReport } from './make-report.ts';
import { openRowSample } from './row-sample.ts';
import { writeFiles } from './write-files.ts';
import { writePrepared } from './write-prepared.ts';
import { writeRejects } from './write-rejects.ts';
import { pageOf, writeReports } from './write-reports.ts';

export type Dependencies = { ledger: Ledger; flow: Flow; events: Events; now: () => number };

/** Writes the files of a run whose shards are all closed, what it delivers, and that it is final. */
export const exportRun =
  ({ ledger, flow, events, now }: Dependencies): Handler<RunRef> =>
  async (ref) => {
    const run = await ledger.runFacts(ref);
    const isReady =
      run?.shards != null && run.done === null && (await ledger.closedShards(ref)).length >= run.shards.shards;
    if (isReady) {
      // one that stands is what the run delivers, whatever was said since
      const manifest =
        (await ledger.read(keys.manifest(ref))) ?? (await orGiveUp(() => writeAll(ledger, ref, run.job, now)));
      const report = await readReport(ledger, manifest);
      const { state, outcomes } = report;
      await ledger.write(keys.done(ref), { state, rows: report.rows.source, outcomes });
      events.finished(ref, report);
    }
    await flow.checkRun(ref);
    return done;
  };

const writeAll = async (ledger: Ledger, ref: RunRef, job: JobRecord, now: () => number): Promise<ManifestRecord> => {
  const { pipeline } = job;
  const runs = await runsUpTo(ledger, ref);
  const { outputs, warnings } = await writeFiles(ledger, ref, job, runs);
  outputs.push(...(await writePrepared(ledger, ref, job, runs)));
  const sample = openRowSample();
  const rejects = await writeRejects(ledger, ref, pipeline, runs, sample.add);
  const report = await makeReport(ledger, job, runs, { files: [...outputs, rejects.file], warnings, rejects });
  report.endedAt = now();
  const reports = await writeReports(ledger, ref, report, await pageOf(pipeline, report, sample));
  return writeManifest(ledger, ref, { outputs, rejects: rejects.file, ...reports });
};

/** A mistake in the pipeline is there the next time as well. */
const orGiveUp = async <Made>(work: () => Promise<Made>): Promise<Made> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new PermanentError(error.problems[0]?.code ?? 'export', error.message, { cause: error });
  }
};

const runsUpTo = async (ledger: Ledger, ref: RunRef): Promise<RunShards[]> => {
  const runs: RunShards[] = [];
  for (let number = 1; number <= ref.run; number += 1) {
    const run = { ...ref, run: number };
    runs.push({ ref: run, shards: (await ledger.read(keys.shards(run)))?.shards ?? 0 });
  }
  return runs;
};
