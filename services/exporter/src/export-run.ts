import { InputError, PermanentError } from '@batchmill/contracts';
import type { CompiledPipeline, JobRecord, OutputRecord, Report, RunRef } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { blobSink, certainPaths, finalRows, mergedFieldTypes, writeOutput } from '@batchmill/outputs';
import type { RunShards } from '@batchmill/outputs';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import type { Events } from './events.ts';
import { makeReport } from './make-report.ts';
import { writeRejects } from './write-rejects.ts';

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
  const { files, warnings } = await writeFiles(ledger, ref, pipeline, runs);
  const rejects = await writeRejects(ledger, ref, pipeline, runs);
  const report = await makeReport(ledger, job, runs, { files: [...files, rejects.file], warnings, rejects });
  report.endedAt = now();
  await finish(ledger, ref, report);
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

const writeFiles = async (
  ledger: Ledger,
  ref: RunRef,
  pipeline: CompiledPipeline,
  runs: RunShards[],
): Promise<{ files: OutputRecord[]; warnings: string[] }> => {
  const files: OutputRecord[] = [];
  const warnings = new Set<string>();
  const taken = new Set(ALWAYS_WRITTEN);
  for (const [position, output] of pipeline.outputs.entries()) {
    // an output of one file that has its record was written before we were killed
    const known = certainPaths(output).length === 1 ? await ledger.read(keys.output(ref, `${position}-0`)) : null;
    const merged = await mergedFieldTypes(ledger, pipeline, runs, output.rows);
    for (const warning of merged.warnings) warnings.add(warning);
    if (known !== null && output.dir === undefined) {
      files.push(known);
      taken.add(known.path.toLowerCase());
      continue;
    }
    const written = await writeOutput({
      pipeline,
      output,
      types: merged.types,
      taken,
      rows: () => finalRows(ledger, pipeline, runs),
      openSink: () => blobSink(ledger, ref, `output-${position}`),
    });
    for (const [number, { path, rows, blob }] of written.entries()) {
      const body = { path, rows, blob, mediaType: MEDIA_TYPES[output.format] };
      files.push((await ledger.write(keys.output(ref, `${position}-${number}`), body)).record);
    }
  }
  return { files, warnings: [...warnings] };
};

const ALWAYS_WRITTEN = ['rejects.jsonl', 'report.json'];

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const;

const finish = async (ledger: Ledger, ref: RunRef, report: Report): Promise<void> => {
  const sink = blobSink(ledger, ref, 'report');
  await sink.write(Buffer.from(`${JSON.stringify(report, null, 2)}\n`));
  const file = { path: 'report.json', rows: 0, blob: await sink.finish(), mediaType: 'application/json' };
  await ledger.write(keys.output(ref, 'report'), file);
  await ledger.write(keys.done(ref), {
    state: report.state,
    rows: report.rows.source,
    outcomes: report.outcomes,
    files: namesThatFit(['report.json', ...report.files.map(({ path }) => path)]),
  });
};

const NAMES_MAX_BYTES = 100_000;

/** The list of output records is what counts; this one is for a reader of the ledger and must stay a record. */
const namesThatFit = (paths: string[]): string[] => {
  let bytes = 0;
  return paths.filter((path) => (bytes += Buffer.byteLength(path) + 4) <= NAMES_MAX_BYTES);
};
