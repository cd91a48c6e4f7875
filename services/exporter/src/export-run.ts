import { deliveredFileSchema, InputError, PermanentError } from '@batchmill/contracts';
import type { CompiledPipeline, DeliveredFile, JobRecord, ManifestRecord, Report, RunRef } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import {
  blobSink,
  certainPaths,
  finalRows,
  mergedFieldTypes,
  readReport,
  writeManifest,
  writeOutput,
} from '@batchmill/outputs';
import type { RunShards } from '@batchmill/outputs';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import type { Events } from './events.ts';
import { makeReport } from './make-report.ts';
import { writeRejects } from './write-rejects.ts';

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
  const { outputs, warnings } = await writeFiles(ledger, ref, pipeline, runs);
  const rejects = await writeRejects(ledger, ref, pipeline, runs);
  const report = await makeReport(ledger, job, runs, { files: [...outputs, rejects.file], warnings, rejects });
  report.endedAt = now();
  return writeManifest(ledger, ref, {
    outputs,
    rejects: rejects.file,
    report: await writeReport(ledger, ref, report),
  });
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
): Promise<{ outputs: DeliveredFile[]; warnings: string[] }> => {
  const outputs: DeliveredFile[] = [];
  const warnings = new Set<string>();
  const taken = new Set(ALWAYS_WRITTEN);
  for (const [position, output] of pipeline.outputs.entries()) {
    // an output of one file that has its record was written before we were killed
    const known = certainPaths(output).length === 1 ? await ledger.read(keys.output(ref, `${position}-0`)) : null;
    const merged = await mergedFieldTypes(ledger, pipeline, runs, output.rows);
    for (const warning of merged.warnings) warnings.add(warning);
    if (known !== null && output.dir === undefined) {
      outputs.push(deliveredFileSchema.parse(known));
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
      const { record } = await ledger.write(keys.output(ref, `${position}-${number}`), body);
      outputs.push(deliveredFileSchema.parse(record));
    }
  }
  return { outputs, warnings: [...warnings] };
};

const ALWAYS_WRITTEN = ['rejects.jsonl', 'report.json'];

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const;

const writeReport = async (ledger: Ledger, ref: RunRef, report: Report): Promise<DeliveredFile> => {
  const sink = blobSink(ledger, ref, 'report');
  await sink.write(Buffer.from(`${JSON.stringify(report, null, 2)}\n`));
  return { path: 'report.json', rows: 0, blob: await sink.finish(), mediaType: 'application/json' };
};
