import { defaultFlowSettings } from '@batchmill/flow';
import { checkLedger } from './check-ledger.ts';
import { drawFaults, drawManners, LEASE_MS, SETTLE_MS } from './faults.ts';
import type { Faults } from './faults.ts';
import type { Guards } from './guards.ts';
import { HintQueues } from './hint-queues.ts';
import { MemoryRedis, redisOf } from './memory-redis.ts';
import { MemoryStore, storeOf } from './memory-store.ts';
import { startOwner } from './owner.ts';
import { Processes } from './processes.ts';
import { providerOf } from './provider-port.ts';
import { ProviderWorld } from './provider-world.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { acceptJob, drawJob, outsideLedger } from './sample-job.ts';
import type { SampleJob } from './sample-job.ts';
import { Scheduler } from './scheduler.ts';
import { limitsAt } from './token-limits.ts';
import type { Limits } from './token-limits.ts';
import { startProcess } from './worker-process.ts';

export type ScheduleResult = {
  seed: number;
  /** What must never be, in sentences. */
  violations: string[];
  steps: number;
  /** Batches paid. */
  paid: number;
  trace: string[];
};

export type ScheduleOptions = { guards?: Guards; trace?: boolean };

/** Steps after the last fault within which every shard must be closed, and within which the ledger must get another record. */
const STEPS_TO_END = 100_000;
const STEPS_STANDING = 20_000;
const CONTROL_WITHIN_MS = 300_000;

/** Runs one job from its plan to its closed shards, under all that the seed says goes wrong, and checks what is left. */
export const runSchedule = async (
  seed: number,
  { guards = {}, trace = false }: ScheduleOptions = {},
): Promise<ScheduleResult> => {
  const random = createRandom(seed);
  const scheduler = new Scheduler(random, trace ? [] : null);
  const drawn = drawFaults(random);
  const job = drawJob(random);
  const faults = (): Faults | null => (scheduler.steps < drawn.untilSteps ? drawn : null);

  const startedAtMs = scheduler.nowMs;
  const limitsNow = (): Limits => limitsAt(job.tokenLimits, scheduler.nowMs - startedAtMs);

  const store = new MemoryStore();
  const redis = new MemoryRedis();
  const world = new ProviderWorld(scheduler, drawManners(random), faults, {
    countedPerRow: job.tokenLimits.countedPerRow,
    limit: () => limitsNow().enforced,
  });
  for (const { id, fields } of job.shards.flat()) {
    if (fields['nature'] === 'bad-line') world.badRows.add(`${job.run.job}/001/${id}`);
  }
  await acceptJob(job, store, scheduler);

  const queues = new HintQueues(scheduler, faults);
  const settings = {
    ...defaultFlowSettings,
    leaseMs: LEASE_MS,
    settleMs: SETTLE_MS,
    // who waits for room looks for it every two seconds: an hour of that would be all there is to a schedule
    maxRefusalsAlone: 2,
    ...guards.settings,
  };
  let nonces = 0;
  const nonce = (): string => `n${(nonces += 1)}`;
  const processes = new Processes(scheduler, queues, (actor) => {
    const own = storeOf(store, scheduler, actor, () => {
      if (!random.chance(faults()?.storeFails ?? 0)) return false;
      return random.chance(0.5) ? 'before' : 'after';
    });
    const provider = providerOf(world, scheduler, actor, faults, () => limitsNow().configured);
    const commands = redisOf(redis, scheduler, actor, () => random.chance(faults()?.redisFails ?? 0));
    return startProcess(actor, {
      scheduler,
      store: guards.store?.(own) ?? own,
      provider: guards.provider?.(provider) ?? provider,
      queues: queues.portOf(commands),
      settings,
      parts: job.parts,
      skewMs: random.between(-drawn.skewMs, drawn.skewMs),
      nonce,
      givesUp: () => random.chance(faults()?.giveUp ?? 0),
    });
  });
  scheduler.beforeStep = (actor) => {
    const now = faults();
    if (now === null) return;
    processes.disturb(actor, now);
    if (random.chance(now.strayMessage)) queues.stray();
    if (random.chance(now.wipeRedis)) {
      scheduler.tell(null, 'REDIS IS WIPED');
      redis.wipe();
      queues.wipe();
    }
  };
  scheduler.answerDelayMs = () => {
    const now = faults();
    return now !== null && random.chance(now.lateAnswer) ? random.between(1, now.lateAnswerMs) : 0;
  };
  planControls(random, scheduler, store, job);
  startOwner({ run: job.run, isOver: () => queues.isClosing }, store, world, scheduler);

  const stuck = await runToEnd(scheduler, job, store, drawn.untilSteps, () => {
    queues.isClosing = true;
    processes.isClosing = true;
  });
  const violations = [...processes.violations, ...world.meter.violations];
  violations.push(...(stuck === null ? checkLedger(store, job, world) : [stuck]));
  return { seed, violations, steps: scheduler.steps, paid: world.meter.bills.length, trace: scheduler.trace ?? [] };
};

/** Goes on after the end, until nothing that was begun is left. @returns why it has not come to its end, or null */
const runToEnd = async (
  scheduler: Scheduler,
  { run, shards }: SampleJob,
  store: MemoryStore,
  untilSteps: number,
  close: () => void,
): Promise<string | null> => {
  const closedKeys = shards.map((_, shard) => `t/${run.tenant}/jobs/${run.job}/runs/${run.run}/closed/${shard}.json`);
  let isClosed = false;
  let written = 0;
  let movedAt = untilSteps;
  while (scheduler.steps < untilSteps + STEPS_TO_END) {
    if (!(await scheduler.turn())) return isClosed ? null : 'nothing is left to happen, and not every shard is closed';
    if (store.written > written) {
      written = store.written;
      movedAt = Math.max(untilSteps, scheduler.steps);
      if (isClosed || !closedKeys.every((key) => store.records.has(key))) continue;
      isClosed = true;
      scheduler.tell(null, 'EVERY SHARD IS CLOSED');
      close();
    } else if (!isClosed && scheduler.steps > movedAt + STEPS_STANDING) {
      return `not every shard is closed, and the ledger got no new record for ${STEPS_STANDING} steps without a fault`;
    }
  }
  return `it did not come to its end within ${STEPS_TO_END} steps after the last fault`;
};

/** Some users pause and resume, some cancel. */
const planControls = (random: Random, scheduler: Scheduler, store: MemoryStore, job: SampleJob): void => {
  const ledger = outsideLedger(store, scheduler);
  const say = (kind: 'pause' | 'resume' | 'cancel', atMs: number): void =>
    scheduler.after(atMs, `user says ${kind}`, () => void ledger.addControl(job.run, { kind }));
  if (random.chance(0.1)) {
    const pausedMs = random.between(0, CONTROL_WITHIN_MS);
    say('pause', pausedMs);
    say('resume', pausedMs + random.between(1000, CONTROL_WITHIN_MS));
  }
  if (random.chance(0.1)) say('cancel', random.between(0, CONTROL_WITHIN_MS));
};
