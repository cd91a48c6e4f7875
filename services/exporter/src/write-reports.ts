import type { CompiledPipeline, DeliveredFile, Report, RunRef } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import { blobSink, reportPage } from '@batchmill/outputs';
import type { RowSample } from './row-sample.ts';
import { rowShower } from './sampled-row.ts';

/** Writes the report for programs and the page for people. */
export const writeReports = async (
  ledger: Ledger,
  ref: RunRef,
  report: Report,
  page: string,
): Promise<{ report: DeliveredFile; page: DeliveredFile }> => {
  const write = async (name: string, path: string, mediaType: string, text: string): Promise<DeliveredFile> => {
    const sink = blobSink(ledger, ref, name);
    await sink.write(Buffer.from(text));
    return { path, rows: 0, blob: await sink.finish(), mediaType };
  };
  return {
    report: await write('report', 'report.json', 'application/json', `${JSON.stringify(report, null, 2)}\n`),
    page: await write('report-page', 'report.html', 'text/html; charset=utf-8', page),
  };
};

export const pageOf = async (pipeline: CompiledPipeline, report: Report, sample: RowSample): Promise<string> => {
  const show = rowShower(pipeline);
  const rows = [];
  for (const { row } of sample.delivered()) rows.push(await show(row));
  return reportPage({ report, rows, rejects: sample.rejects() });
};
