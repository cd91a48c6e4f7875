import { addCounts } from '@batchmill/contracts';
import type { CompiledPipeline, DeliveredFile, OutcomeCounts, RunRef } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import { blobSink, finalRows, rejectLine } from '@batchmill/outputs';
import type { FinalRow, RunShards } from '@batchmill/outputs';

export type Rejects = {
  file: DeliveredFile;
  /** Every row of the job by its outcome. */
  outcomes: OutcomeCounts;
  byReason: Record<string, number>;
};

/** Writes `rejects.jsonl`, always, and counts every row on the way; `see` gets each of them. */
export const writeRejects = async (
  ledger: Ledger,
  ref: RunRef,
  pipeline: CompiledPipeline,
  runs: RunShards[],
  see: (row: FinalRow) => void,
): Promise<Rejects> => {
  const sink = blobSink(ledger, ref, 'rejects');
  let outcomes: OutcomeCounts = {};
  const byReason: Record<string, number> = {};
  let rows = 0;
  for await (const final of finalRows(ledger, pipeline, runs)) {
    const { outcome, reject } = final;
    see(final);
    outcomes = addCounts(outcomes, { [outcome]: 1 });
    if (reject === undefined) continue;
    rows += 1;
    const reason = `${reject.step}: ${reject.reason.code}`;
    byReason[reason] = (byReason[reason] ?? 0) + 1;
    await sink.write(Buffer.from(rejectLine(reject)));
  }
  const file = { path: 'rejects.jsonl', rows, blob: await sink.finish(), mediaType: 'application/x-ndjson' };
  return { file, outcomes, byReason };
};
