import { jobAccepted, jobReadyToExport } from '@batchmill/contracts';
import type { Body, CompiledPipeline, DoneRecord, JobRecord, RunRef, ShardRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Control, Ledger, ShardFacts } from '@batchmill/ledger';
import { progress } from '@batchmill/queue';
import type { Queues } from '@batchmill/queue';
import { advanceShard, giveBack, showProgress } from './advance-shard.ts';
import type { FlowSettings } from './flow-settings.ts';

/** Moves shards and runs on: what nextTasks says becomes messages. Called after each piece of work, and on a clock. */
export type Flow = {
  /** Looks at one shard and sends for whatever comes next. Twice is harmless. */
  advance(ref: ShardRef): Promise<void>;
  /** Only tells how far the shard is, and gives back what it no longer reserves. */
  showProgress(ref: ShardRef): Promise<void>;
  /**
   * Gives back what submissions of the run hold that are over, in whatever stage. A process that dies or sleeps between
   * two steps can leave room taken where nobody looks any more; the pool would stay full for everybody.
   */
  giveBackRoom(ref: RunRef): Promise<void>;
  /** After Redis was lost: what the runs before this one have paid counts for the budget of the job again. */
  showEarlierRuns(ref: RunRef): Promise<void>;
  /** Looks at a run as a whole: sends it to ingest or export, or advances each shard that is not closed. */
  advanceRun(ref: RunRef): Promise<void>;
  /** The same without looking at single shards: only what stands at ingest or export is sent on. */
  checkRun(ref: RunRef): Promise<void>;
  readonly settings: FlowSettings;
  job(ref: { tenant: string; job: string }): Promise<JobRecord>;
  pipeline(ref: { tenant: string; job: string }): Promise<CompiledPipeline>;
  /** All the ledger says of a shard, and what the user has said of its run. */
  shard(ref: ShardRef): Promise<{ facts: ShardFacts; control: Control; pipeline: CompiledPipeline }>;
};

export type FlowOptions = { ledger: Ledger; queues: Queues; settings: FlowSettings; now?: () => number };

export const createFlow = ({ ledger, queues, settings, now = Date.now }: FlowOptions): Flow => {
  const job = async (ref: { tenant: string; job: string }): Promise<JobRecord> => {
    const record = await ledger.read(keys.job(ref));
    if (record === null) throw new Error(`job ${ref.job} has no job.json yet`);
    return record;
  };
  const shard: Flow['shard'] = async (ref) => {
    const { pipeline } = await job(ref);
    const [facts, control] = await Promise.all([ledger.shardFacts(ref, pipeline.stages), ledger.control(ref)]);
    return { facts, control, pipeline };
  };
  const advance = async (ref: ShardRef): Promise<void> => {
    const ports = { ledger, queues, settings, now };
    while ((await advanceShard(ports, await shard(ref))) === 'changed');
  };
  return {
    settings,
    job,
    shard,
    advance,
    showProgress: async (ref) => showProgress({ queues }, (await shard(ref)).facts),
    async giveBackRoom(ref) {
      const shards = (await ledger.read(keys.shards(ref)))?.shards ?? 0;
      if (shards === 0) return;
      const { stages } = (await job(ref)).pipeline;
      for (let number = 0; number < shards; number += 1) {
        const one = { ...ref, shard: number };
        for (const stage of await ledger.attempts(one, stages)) await giveBack(queues, one, stage);
      }
    },
    async showEarlierRuns(ref) {
      for (let run = 1; run < ref.run; run += 1) {
        const shards = (await ledger.read(keys.shards({ ...ref, run })))?.shards ?? 0;
        for (let number = 0; number < shards; number += 1) {
          await showProgress({ queues }, (await shard({ ...ref, run, shard: number })).facts);
        }
      }
    },
    pipeline: async (ref) => (await job(ref)).pipeline,
    checkRun: async (ref) => void (await sendRunOn(ref)),
    async advanceRun(ref) {
      const shards = await sendRunOn(ref);
      // closed shards too: after Redis was lost their progress and their place in the fan-in are rebuilt
      for (let number = 0; number < shards; number += 1) await advance({ ...ref, shard: number });
    },
  };

  /** Answers how many shards there are to look at. */
  async function sendRunOn(ref: RunRef): Promise<number> {
    const run = await ledger.runFacts(ref);
    if (run === null) return 0;
    if (run.done === null && run.failed !== null) await ledger.write(keys.done(ref), failedRun);
    if (run.done !== null || run.failed !== null) {
      await closeJob(ref);
      await progress(queues.redis).announce(ref);
      return 0;
    }
    if (run.shards === null) {
      await queues.send(jobAccepted, ref);
      return 0;
    }
    if ((await ledger.closedShards(ref)).length < run.shards.shards) return run.shards.shards;
    await queues.send(jobReadyToExport, ref);
    return 0;
  }

  /** Takes the marker away, unless a newer run of the job needs it: a message of the old one may come late. */
  async function closeJob(ref: RunRef): Promise<void> {
    if ((await ledger.latestRun(ref)) !== ref.run) return;
    await ledger.remove(keys.openMarker(ref));
    // a retry writes its run before the marker: one that began in between gets its marker back
    const latest = await ledger.latestRun(ref);
    if (latest !== ref.run) await ledger.write(keys.openMarker(ref), { run: latest });
  }
};

/** What `done.json` says of a run that could not be ingested or exported. */
export const failedRun = { state: 'failed', rows: 0, outcomes: {} } satisfies Body<DoneRecord>;
