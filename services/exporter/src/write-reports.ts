import type { CompiledPipeline, Report, RunRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { blobSink, reportPage } from '@batchmill/outputs';
import type { RowSample } from './row-sample.ts';
import { rowShower } from './sampled-row.ts';

export const REPORTS = ['report.html', 'report.json'] as const;

const RECORD_NAMES = { 'report.html': 'report-page', 'report.json': 'report' } as const;
const MEDIA_TYPES = { 'report.html': 'text/html; charset=utf-8', 'report.json': 'application/json' } as const;

/** Writes the report for programs and the page for people. */
export const writeReports = async (ledger: Ledger, ref: RunRef, report: Report, page: string): Promise<void> => {
  const texts = { 'report.html': page, 'report.json': `${JSON.stringify(report, null, 2)}\n` };
  for (const path of REPORTS) {
    const name = RECORD_NAMES[path];
    const sink = blobSink(ledger, ref, name);
    await sink.write(Buffer.from(texts[path]));
    const body = { path, rows: 0, blob: await sink.finish(), mediaType: MEDIA_TYPES[path] };
    await ledger.write(keys.output(ref, name), body);
  }
};

export const pageOf = async (pipeline: CompiledPipeline, report: Report, sample: RowSample): Promise<string> => {
  const show = rowShower(pipeline);
  const rows = [];
  for (const { row } of sample.delivered()) rows.push(await show(row));
  return reportPage({ report, rows, rejects: sample.rejects() });
};
