import type { DeliveredFile, JobRecord, Report } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { RunShards } from '@batchmill/outputs';
import { unpricedModels } from '@batchmill/providers';
import { batchReports } from './batch-reports.ts';
import { isMadeUp } from './is-made-up.ts';
import { keptWarnings } from './kept-warnings.ts';
import { liveWarnings } from './live-warnings.ts';
import { priceWarnings } from './price-warnings.ts';
import { stepReports } from './step-reports.ts';
import type { Rejects } from './write-rejects.ts';

export type ReportParts = { files: DeliveredFile[]; warnings: string[]; rejects: Rejects };

/** The accounting of a job up to its newest run, from the ledger alone. */
export const makeReport = async (
  ledger: Ledger,
  job: JobRecord,
  runs: RunShards[],
  { files, warnings, rejects }: ReportParts,
): Promise<Report> => {
  const { pipeline } = job;
  const last = runs.at(-1)?.ref ?? { tenant: job.tenant, job: job.job, run: 1 };
  const steps = await stepReports(ledger, pipeline, runs);
  const { batches, paidTwice } = await batchReports(ledger, pipeline, runs);
  const first = await ledger.read(keys.shards({ ...last, run: 1 }));
  const { outcomes } = rejects;
  const unpriced = job.byHand === undefined ? unpricedModels(pipeline) : [];
  const sum = (of: (step: (typeof steps)[number]) => number): number =>
    steps.reduce((total, step) => total + of(step), 0);
  return {
    v: 1,
    job: job.job,
    name: job.name,
    run: last.run,
    state: await finalState(ledger, last, withoutWaiting(job, rejects)),
    simulated: await isMadeUp(ledger, job),
    rows: {
      source: first?.sourceRows ?? 0,
      rejectedAtSource: first?.rejectedRows ?? 0,
      entered: first?.rows ?? 0,
      delivered: outcomes.ok ?? 0,
    },
    outcomes,
    rejectsByReason: rejects.byReason,
    steps,
    tokens: { input: sum((step) => step.inputTokens), output: sum((step) => step.outputTokens) },
    cost: {
      estimated: sum((step) => step.estimatedCost),
      paid: sum((step) => step.cost),
      realtime: sum((step) => step.realtimeCost),
      currency: 'USD',
      ...(unpriced.length === 0 ? {} : { unpriced }),
    },
    paidTwice,
    batches,
    files: files.map(({ path, rows, blob }) => ({ path, rows, bytes: blob.bytes, sha256: blob.sha256 })),
    warnings: [
      ...(first?.notes ?? []),
      ...warnings,
      ...keptWarnings(steps),
      ...liveWarnings(steps),
      ...priceWarnings(unpriced),
    ],
    startedAt: job.at,
    endedAt: job.at,
  };
};

/** Rows whose requests are prepared have not come to nothing: they wait for whoever sends them. */
const withoutWaiting = ({ pipeline, byHand }: JobRecord, { outcomes, byReason }: Rejects): Report['outcomes'] => {
  const open = pipeline.stages.find(({ number }) => number === byHand?.open?.stage);
  const waiting = open === undefined ? 0 : (byReason[`${open.step}: prepared`] ?? 0);
  return waiting === 0 ? outcomes : { ...outcomes, missing: (outcomes.missing ?? 0) - waiting };
};

const finalState = async (
  ledger: Ledger,
  ref: RunShards['ref'],
  outcomes: Report['outcomes'],
): Promise<Report['state']> => {
  if ((await ledger.control(ref)).cancelled) return 'cancelled';
  const notOk = Object.entries(outcomes).some(
    ([outcome, rows]) => (rows ?? 0) > 0 && outcome !== 'ok' && outcome !== 'skipped' && outcome !== 'removed',
  );
  return notOk ? 'completed-with-rejects' : 'completed';
};
