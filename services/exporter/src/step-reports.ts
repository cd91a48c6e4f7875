import { addCounts, addLiveCounts, addPictureCounts, noLiveCounts, noPictures } from '@batchmill/contracts';
import type { CompiledPipeline, Round, Stage, StepReport } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { RunShards } from '@batchmill/outputs';

/** Accounting and times of each stage over all shards of all runs. */
export const stepReports = async (
  ledger: Ledger,
  { stages }: CompiledPipeline,
  runs: RunShards[],
): Promise<StepReport[]> => {
  const reports: StepReport[] = [];
  for (const [position, stage] of stages.entries()) {
    const { number } = stage;
    const report = emptyReport(stage);
    const before = stages[position - 1]?.number ?? '000';
    for (const { ref, shards } of runs) {
      for (let shard = 0; shard < shards; shard += 1) {
        const record = await ledger.read(keys.closed({ ...ref, shard }, number));
        if (record === null || record.takenOver === true) continue;
        const entered = await ledger.read(keys.closed({ ...ref, shard }, before));
        report.entering += record.entering;
        report.outcomes = addCounts(report.outcomes, record.counts);
        report.attempts = Math.max(report.attempts, record.attempts);
        report.batches += record.batches;
        report.inputTokens += record.usage.inputTokens;
        report.outputTokens += record.usage.outputTokens;
        report.estimatedCost += record.estimatedCost;
        report.cost += record.cost;
        report.realtimeCost += record.realtimeCost;
        if (record.reused !== undefined) report.reused = (report.reused ?? 0) + record.reused;
        if (record.pictures !== undefined)
          report.pictures = addPictureCounts(report.pictures ?? noPictures, record.pictures);
        if (record.live !== undefined) report.live = addLiveCounts(report.live ?? noLiveCounts, record.live);
        for (const [reason, rows] of Object.entries(record.kept?.reasons ?? {})) {
          report.kept = { ...report.kept, [reason]: (report.kept?.[reason] ?? 0) + rows };
        }
        for (const [reason, rows] of Object.entries(record.askedAgain)) {
          report.askedAgain[reason] = (report.askedAgain[reason] ?? 0) + rows;
        }
        report.startedAt = Math.min(report.startedAt ?? record.at, entered?.at ?? record.at);
        report.endedAt = Math.max(report.endedAt ?? record.at, record.at);
      }
    }
    reports.push(report);
  }
  return reports;
};

const emptyReport = ({ step, number, round }: Stage): StepReport => ({
  step,
  stage: number,
  ...placeOf(round),
  entering: 0,
  outcomes: {},
  askedAgain: {},
  attempts: 0,
  batches: 0,
  inputTokens: 0,
  outputTokens: 0,
  estimatedCost: 0,
  cost: 0,
  realtimeCost: 0,
  startedAt: null,
  endedAt: null,
});

/** A step that is taken by itself belongs to no certain round. */
const placeOf = (round: Round | undefined): Pick<StepReport, 'round'> =>
  round?.number === undefined ? {} : { round: { number: round.number, times: round.times } };
