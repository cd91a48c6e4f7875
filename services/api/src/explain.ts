import type { ControlRecord, Explanation, JobRecord, RunRef, ShardsRecord, ShardStory } from '@batchmill/contracts';
import { keys, nextTasks, tellNext } from '@batchmill/ledger';
import { notFound } from './api-error.ts';
import { jobState } from './job-state.ts';
import type { Ports } from './routes/ports.ts';

const TOLD_AT_ONCE = 10;

/** Tells a job's story: its runs, and the shard asked for, or the first ones that are not closed. */
export const explain = async (
  ports: Ports,
  job: JobRecord,
  { shard, run: wanted }: { shard?: number | undefined; run?: number | undefined },
): Promise<Explanation> => {
  const { ledger } = ports;
  const { state, run: last, reason } = await jobState(ports, job);
  const run = { ...last, run: wanted ?? last.run };
  const shards = (await ledger.read(keys.shards(run)))?.shards ?? 0;
  if (shard !== undefined && shard >= shards)
    throw notFound(
      `shard ${shard} in run ${run.run} of job ${job.job}`,
      shards === 0 ? 'It has no shards yet' : `Its shards have the numbers 0 to ${shards - 1}`,
    );
  const closed = new Set(await ledger.closedShards(run));
  const open = Array.from({ length: shards }, (_, number) => number).filter((number) => !closed.has(number));
  const told = shard === undefined ? open.slice(0, TOLD_AT_ONCE) : [shard];
  const stories: ShardStory[] = [];
  for (const number of told) stories.push(await storyOf(ports, run, number));
  return {
    job: job.job,
    state,
    ...(reason === undefined ? {} : { reason }),
    happened: await storyOfRuns(ports, job, last.run),
    shards: stories,
    more: shard === undefined ? Math.max(0, open.length - told.length) : 0,
  };
};

const storyOf = async ({ ledger, flow, now }: Ports, run: RunRef, shard: number): Promise<ShardStory> => {
  const ref = { ...run, shard };
  const { facts, control, pipeline } = await flow.shard(ref);
  const steps = new Map(pipeline.stages.map(({ number, step }) => [number, step]));
  return {
    run: run.run,
    shard,
    happened: (await ledger.story(ref)).map((line) => ({ ...line, step: steps.get(line.stage) ?? 'source' })),
    next: tellNext(nextTasks(facts, control, now(), flow.settings), facts, control),
  };
};

const storyOfRuns = async ({ ledger }: Ports, job: JobRecord, runs: number): Promise<Explanation['happened']> => {
  const lines = [{ at: job.at, text: `job "${job.name}" is accepted` }];
  for (let number = 1; number <= runs; number += 1) {
    const run = { tenant: job.tenant, job: job.job, run: number };
    const begun = await ledger.read(keys.run(run));
    if (begun?.reason === 'retry')
      lines.push({ at: begun.at, text: `run ${number} is begun, for the rows that are not ok so far` });
    const facts = await ledger.runFacts(run);
    if (facts?.shards != null) lines.push({ at: facts.shards.at, text: `run ${number}: ${shardsText(facts.shards)}` });
    if (facts?.failed != null)
      lines.push({ at: facts.failed.at, text: `run ${number} failed: ${facts.failed.message}` });
    if (facts?.done != null) lines.push({ at: facts.done.at, text: `run ${number} is ${facts.done.state}` });
  }
  for (const control of await ledger.controls(job)) lines.push({ at: control.at, text: controlText(control) });
  return lines.sort((a, b) => a.at - b.at);
};

const shardsText = ({ rows, shards, rejectedRows }: ShardsRecord): string => {
  const rejected = rejectedRows === 0 ? '' : `; ${counted(rejectedRows, 'row')} rejected before the first step`;
  return `${counted(rows, 'row')} in ${counted(shards, 'shard')}${rejected}`;
};

const controlText = ({ kind, run, maxCost }: ControlRecord): string =>
  maxCost === undefined ? `asked to ${kind} run ${run}` : `asked to ${kind} run ${run}, for at most $${maxCost}`;

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
