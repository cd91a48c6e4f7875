import { InputError, PermanentError } from '@batchmill/contracts';
import type { JobRecord, Report, RunRef } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { RunShards } from '@batchmill/outputs';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import type { Events } from './events.ts';
import { makeReport } from './make-report.ts';
import { openRowSample } from './row-sample.ts';
import { writeFiles } from './write-files.ts';
import { writePrepared } from './write-prepared.ts';
import { writeRejects } from './write-rejects.ts';
import { pageOf, REPORTS, writeReports } from './write-reports.ts';

export type Dependencies = { ledger: Ledger; flow: Flow; events: Events; now: () => number };

/** Writes the files of a run whose shards are all closed, its report, and that it is final. */
export const exportRun =
  ({ ledger, flow, events, now }: Dependencies): Handler<RunRef> =>
  async (ref) => {
    const run = await ledger.runFacts(ref);
    const isReady =
      run?.shards != null && run.done === null && (await ledger.closedShards(ref)).length >= run.shards.shards;
    if (isReady) {
      const report = await orGiveUp(() => writeAll(ledger, ref, run.job, now));
      events.finished(ref, report);
    }
    await flow.checkRun(ref);
    return done;
  };

const writeAll = async (ledger: Ledger, ref: RunRef, job: JobRecord, now: () => number): Promise<Report> => {
  const { pipeline } = job;
  const runs = await runsUpTo(ledger, ref);
  const { files, warnings } = await writeFiles(ledger, ref, job, runs);
  files.push(...(await writePrepared(ledger, ref, job, runs)));
  const sample = openRowSample();
  const rejects = await writeRejects(ledger, ref, pipeline, runs, sample.add);
  const report = await makeReport(ledger, job, runs, { files: [...files, rejects.file], warnings, rejects });
  report.endedAt = now();
  await writeReports(ledger, ref, report, await pageOf(pipeline, report, sample));
  await ledger.write(keys.done(ref), {
    state: report.state,
    rows: report.rows.source,
    outcomes: report.outcomes,
    files: namesThatFit([...REPORTS, ...report.files.map(({ path }) => path)]),
  });
  return report;
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

const NAMES_MAX_BYTES = 100_000;

/** The list of output records is what counts; this one is for a reader of the ledger and must stay a record. */
const namesThatFit = (paths: string[]): string[] => {
  let bytes = 0;
  return paths.filter((path) => (bytes += Buffer.byteLength(path) + 4) <= NAMES_MAX_BYTES);
};
