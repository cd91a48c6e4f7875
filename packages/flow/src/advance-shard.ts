import {
  batchEnded,
  cancelRequested,
  jobReadyToExport,
  requestsBuilt,
  resultsStored,
  rowsReady,
  runLive,
  transformReady,
} from '@batchmill/contracts';
import type { CompiledPipeline, ShardRef } from '@batchmill/contracts';
import { keys, nextTasks, progressOf } from '@batchmill/ledger';
import type { AttemptFacts, Control, Ledger, Next, ShardFacts, StageAttempts, Task } from '@batchmill/ledger';
import { budgets, closedShards, dueShards, inFlight, progress } from '@batchmill/queue';
import type { Queues } from '@batchmill/queue';
import { attention } from './attention.ts';
import type { FlowSettings } from './flow-settings.ts';
import { liveSubmission, shardEntry, submissionEntry } from './ids.ts';
import { giveTokensBack } from './reservations.ts';

type Ports = { ledger: Ledger; queues: Queues; settings: FlowSettings; now: () => number };
type Shard = { facts: ShardFacts; control: Control; pipeline: CompiledPipeline };

/** `changed`: the ledger says something new, so that there is more to come than what was sent for. */
export const advanceShard = async (ports: Ports, { facts, control }: Shard): Promise<'changed' | 'sent'> => {
  const next = nextTasks(facts, control, ports.now(), ports.settings);
  await showProgress(ports, facts);
  if (next.kind !== 'open') {
    await close(ports, facts.ref, next);
    return 'sent';
  }
  await keepOpen(ports, facts.ref, next);
  for (const ref of next.withdraw ?? []) {
    await ports.ledger.write(keys.intent(ref), {
      fileId: null,
      worker: 'flow',
      withdrawn: true,
      because: 'quarantined',
    });
  }
  return next.withdraw === undefined ? 'sent' : 'changed';
};

/** Counts, and what is paid or no longer reserved: all absolute, so that a second run changes nothing. */
export const showProgress = async ({ queues }: Pick<Ports, 'queues'>, facts: ShardFacts): Promise<void> => {
  const stages = progressOf(facts);
  const shown = progress(queues.redis);
  for (const [stage, counts] of Object.entries(stages)) await shown.set(facts.ref, stage, counts);
  const paid = Object.values(stages).reduce((sum, stage) => sum + (stage.paidMicros ?? 0), 0);
  if (paid > 0) await budgets(queues.redis).settle(facts.ref.job, shardEntry(facts.ref), paid);
  if (facts.current !== undefined) await giveBack(queues, facts.ref, facts.current);
};

/** Who gives a submission's room back may die before: what the ledger says is over holds nothing any more. */
export const giveBack = async (queues: Queues, ref: ShardRef, { stage, attempts }: StageAttempts): Promise<void> => {
  for (const attempt of attempts) await giveBackOf(queues, { ...ref, stage: stage.number }, attempt);
};

const giveBackOf = async (
  queues: Queues,
  ref: ShardRef & { stage: string },
  { attempt, outcomes, parts }: AttemptFacts,
): Promise<void> => {
  const budget = budgets(queues.redis);
  for (const { part, plan, submissions } of parts) {
    for (const { number, intent, refused, batch, ended } of submissions) {
      const place = { ...ref, attempt, part, submission: number };
      const isUnplaced = batch === undefined && (refused !== undefined || intent?.withdrawn === true);
      if (isUnplaced || ended !== undefined) await giveTokensBack(queues, place, plan);
      const isUnpaid = ended?.state === 'failed' && ended.outputFileId === null && ended.errorFileId === null;
      // what is accounted is in the shard's paid sum
      if (isUnplaced || isUnpaid || outcomes !== undefined) await budget.settle(ref.job, submissionEntry(place), 0);
    }
    if (plan.mode === 'live' && outcomes !== undefined) {
      const place = { ...ref, attempt, part };
      await budget.settle(ref.job, submissionEntry(liveSubmission(place)), 0);
    }
  }
};

const keepOpen = async (
  { queues, settings, now }: Ports,
  ref: ShardRef,
  next: Extract<Next, { kind: 'open' }>,
): Promise<void> => {
  for (const { ref: submission, batchId, provider } of next.openBatches) {
    await inFlight(queues.redis).add(provider, batchId, submission);
  }
  const reason = next.waits.find(({ on }) => on === 'operator')?.reason;
  if (reason === undefined) await attention(queues).clear(ref.job, shardEntry(ref));
  else await attention(queues).raise(ref.job, shardEntry(ref), reason);
  const notBefore = next.tasks.flatMap((task) => ('notBeforeMs' in task && task.notBeforeMs ? [task.notBeforeMs] : []));
  const until = next.waits.flatMap((wait) => (wait.until === null ? [] : [wait.until]));
  const nextCheck = Math.min(...notBefore, ...until, Number.POSITIVE_INFINITY);
  const earliest = now() + settings.overdueMs;
  // the check is set before the messages go out: if we die between, the reconciler sends them
  await dueShards(queues.redis).set(ref, Number.isFinite(nextCheck) ? Math.max(nextCheck, earliest) : earliest);
  for (const task of next.tasks) await sendTask(queues, ref, task, now());
};

const sendTask = (queues: Queues, ref: ShardRef, task: Task, nowMs: number): Promise<void> => {
  switch (task.kind) {
    case 'build':
      return queues.send(rowsReady, { ...ref, stage: task.stage, attempt: task.attempt });
    case 'transform':
      return queues.send(transformReady, { ...ref, stage: task.stage });
    case 'submit':
      return queues.send(requestsBuilt, submissionOf(ref, task), {
        delayMs: Math.max(0, (task.notBeforeMs ?? 0) - nowMs),
      });
    case 'cancel':
      return queues.send(cancelRequested, submissionOf(ref, task));
    case 'retrieve':
      return queues.send(batchEnded, { ...ref, stage: task.stage, attempt: task.attempt, part: task.part });
    case 'run-live':
      return queues.send(runLive, { ...ref, stage: task.stage, attempt: task.attempt, part: task.part });
    case 'account':
      return queues.send(resultsStored, { ...ref, stage: task.stage, attempt: task.attempt });
  }
};

const submissionOf = (ref: ShardRef, task: Extract<Task, { kind: 'submit' | 'cancel' }>) => ({
  ...ref,
  stage: task.stage,
  attempt: task.attempt,
  part: task.part,
  submission: task.submission,
});

const close = async (
  { ledger, queues }: Ports,
  ref: ShardRef,
  next: Exclude<Next, { kind: 'open' }>,
): Promise<void> => {
  if (next.kind === 'close') {
    const { lastStage, rows, quarantined } = next;
    await ledger.write(keys.shardClosed(ref), { lastStage, rows, quarantined });
  }
  await dueShards(queues.redis).remove(ref);
  const closed = await closedShards(queues.redis).add(ref);
  const shards = await ledger.read(keys.shards(ref));
  if (shards === null || closed < shards.shards) return;
  // Redis only says when it is worth a look; the ledger says whether it is so
  if ((await ledger.closedShards(ref)).length >= shards.shards) {
    await queues.send(jobReadyToExport, { tenant: ref.tenant, job: ref.job, run: ref.run });
  }
};
