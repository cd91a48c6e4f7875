import { addCounts, isSimulated, OUTCOMES } from '@batchmill/contracts';
import type { JobRecord, JobStatus, OutcomeCounts, PictureCounts, Problem, StepReport } from '@batchmill/contracts';
import { KEPT } from '@batchmill/ledger';
import { unpricedModels } from '@batchmill/providers';
import { progress } from '@batchmill/queue';
import type { Counts } from '@batchmill/queue';
import { jobState } from './job-state.ts';
import { reportOf } from './report-of.ts';
import { requestFileOf } from './request-file-of.ts';
import type { Ports } from './routes/ports.ts';

/** All that `status` shows of a job. Final runs are told by their report, running ones by the counts in Redis. */
export const jobStatus = async (ports: Ports, job: JobRecord): Promise<JobStatus> => {
  const { state, run, facts, closed, reason } = await jobState(ports, job);
  const report = facts?.done == null ? null : await reportOf(ports, run);
  const totals = report === null ? await progress(ports.queues.redis).totals(run) : {};
  const shards = facts?.shards;
  const unpriced = job.byHand === undefined ? unpricedModels(job.pipeline) : [];
  const sum = (name: string): number => Object.values(totals).reduce((all, counts) => all + (counts[name] ?? 0), 0);
  return {
    id: job.job,
    name: job.name,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(facts?.failed == null ? {} : { problems: facts.failed.problems as Problem[] }),
    run: run.run,
    createdAt: job.at,
    endedAt: facts?.done?.at ?? null,
    rows:
      shards == null
        ? null
        : { source: shards.sourceRows, entered: shards.rows, rejectedAtSource: shards.rejectedRows },
    shards: shards == null ? null : { total: shards.shards, closed },
    steps: job.pipeline.stages.map((stage) => {
      const { number, step, round } = stage;
      const reported = report?.steps.find((one) => one.stage === number);
      const counts = totals[number] ?? {};
      const pictures = report === null ? picturesOf(counts) : reported?.pictures;
      return {
        step,
        stage: number,
        ...(round?.number === undefined ? {} : { round: { number: round.number, times: round.times } }),
        entering: reported?.entering ?? counts.entering ?? 0,
        outcomes: reported?.outcomes ?? outcomesOf(counts),
        shardsClosed: report === null ? (counts.closed ?? 0) : closed,
        batchesOpen: counts.batchesOpen ?? 0,
        batchesEnded: reported?.batches ?? counts.batchesEnded ?? 0,
        ...(stage.kind === 'generate' ? { mode: stage.generate.mode ?? 'batch' } : {}),
        ...(counts.answered ? { answered: counts.answered } : {}),
        ...timesOf(reported),
        ...(pictures === undefined ? {} : { pictures }),
      };
    }),
    outcomes: report?.outcomes ?? rejectedSoFar(totals),
    tokens: report?.tokens ?? { input: sum('inputTokens'), output: sum('outputTokens') },
    cost: {
      estimated: report?.cost.estimated ?? sum('estimatedMicros') / 1e6,
      paid: report?.cost.paid ?? sum('paidMicros') / 1e6,
      realtime: report?.cost.realtime ?? sum('realtimeMicros') / 1e6,
      ...(unpriced.length === 0 ? {} : { unpriced }),
    },
    simulated: report?.simulated ?? isSimulated(job.pipeline),
    ...(job.previous === undefined ? {} : { previous: job.previous }),
    ...requestFileOf(job.pipeline),
  };
};

const timesOf = (reported: StepReport | undefined): Pick<JobStatus['steps'][number], 'startedAt' | 'endedAt'> => ({
  ...(reported?.startedAt == null ? {} : { startedAt: reported.startedAt }),
  ...(reported?.endedAt == null ? {} : { endedAt: reported.endedAt }),
});

const outcomesOf = (counts: Counts): OutcomeCounts =>
  Object.fromEntries(OUTCOMES.flatMap((outcome) => (counts[outcome] ? [[outcome, counts[outcome]]] : [])));

const picturesOf = (counts: Counts): PictureCounts | undefined =>
  counts.picturesInlined
    ? {
        inlined: counts.picturesInlined,
        distinct: counts.picturesDistinct ?? 0,
        originalBytes: counts.pictureBytesOriginal ?? 0,
        sentBytes: counts.pictureBytesSent ?? 0,
      }
    : undefined;

/** Rows whose way has ended so far; those still going on have no outcome yet. */
const rejectedSoFar = (totals: Record<string, Counts>): OutcomeCounts => {
  let sum: OutcomeCounts = {};
  for (const counts of Object.values(totals)) {
    const { ok: _ok, skipped: _skipped, ...ended } = outcomesOf(counts);
    const goOn = Object.entries(ended).map(([outcome, rows]) => [outcome, rows - (counts[`${KEPT}${outcome}`] ?? 0)]);
    sum = addCounts(sum, Object.fromEntries(goOn) as OutcomeCounts);
  }
  return sum;
};
