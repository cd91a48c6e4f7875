import { deliveredFileSchema } from '@batchmill/contracts';
import type { DeliveredFile, JobRecord, Output, RunRef } from '@batchmill/contracts';
import { datasetCard } from '@batchmill/dataset';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { blobSink, cardOf, certainPaths, finalRows, mergedFieldTypes, writeOutput } from '@batchmill/outputs';
import type { RunShards, WrittenOutput } from '@batchmill/outputs';
import { isMadeUp } from './is-made-up.ts';

export type WrittenFiles = { outputs: DeliveredFile[]; warnings: string[] };

/** Writes the files of all outputs, and the cards of those that have one; each finished file is a record. */
export const writeFiles = async (
  ledger: Ledger,
  ref: RunRef,
  job: JobRecord,
  runs: RunShards[],
): Promise<WrittenFiles> => {
  const { pipeline } = job;
  const outputs: DeliveredFile[] = [];
  const warnings = new Set<string>();
  const taken = new Set([...ALWAYS_WRITTEN, ...pipeline.outputs.flatMap(cardPath)]);
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
    for (const [number, { path, rows, blob }] of written.files.entries()) {
      const body = { path, rows, blob, mediaType: MEDIA_TYPES[output.format] };
      const { record } = await ledger.write(keys.output(ref, `${position}-${number}`), body);
      outputs.push(deliveredFileSchema.parse(record));
    }
    outputs.push(...(await writeCard({ ledger, ref, job, output, position }, written)));
  }
  return { outputs, warnings: [...warnings] };
};

const ALWAYS_WRITTEN = ['rejects.jsonl', 'report.json', 'report.html'];

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const;

const cardPath = ({ card, dir }: Output): string[] =>
  card === undefined || dir === undefined ? [] : [`${dir}/README.md`.toLowerCase()];

type CardWork = { ledger: Ledger; ref: RunRef; job: JobRecord; output: Output; position: number };

const writeCard = async (
  { ledger, ref, job, output, position }: CardWork,
  written: WrittenOutput,
): Promise<DeliveredFile[]> => {
  const card = cardOf(job, output, written, await isMadeUp(ledger, job));
  if (card === null) return [];
  const sink = blobSink(ledger, ref, `card-${position}`);
  await sink.write(Buffer.from(datasetCard(card)));
  const body = { path: `${output.dir}/README.md`, rows: 0, blob: await sink.finish(), mediaType: 'text/markdown' };
  const { record } = await ledger.write(keys.output(ref, `card-${position}`), body);
  return [deliveredFileSchema.parse(record)];
};
