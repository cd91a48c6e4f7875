import { resultsStored } from '@batchmill/contracts';
import type { SubmissionRef } from '@batchmill/contracts';
import type { Control } from './control.ts';
import { mayCancel, nextOfPart } from './next-of-part.ts';
import type { SubmissionSettings } from './next-of-part.ts';
import { isGivenUp } from './quarantined.ts';
import type { AttemptFacts, PartFacts, ShardFacts } from './shard-facts.ts';
import type { Wait } from './wait.ts';

/** A piece of work somebody must do, and not before when (ms since 1970). */
export type Task =
  | { kind: 'build'; stage: string; attempt: number }
  | { kind: 'transform'; stage: string }
  | {
      kind: 'submit' | 'cancel';
      stage: string;
      attempt: number;
      part: number;
      submission: number;
      notBeforeMs?: number;
    }
  | { kind: 'retrieve' | 'run-live'; stage: string; attempt: number; part: number }
  | { kind: 'account'; stage: string; attempt: number };

export type Next =
  /** `withdraw`: submissions whose claim is to be taken at once, so that nobody can place them; then it is asked again. */
  | { kind: 'open'; tasks: Task[]; waits: Wait[]; openBatches: OpenBatch[]; withdraw?: SubmissionRef[] }
  /** Every stage is closed, no row is left, or nothing is left to collect of a shard that was given up. */
  | { kind: 'close'; lastStage: string; rows: number; quarantined: boolean }
  | { kind: 'closed' };

export type OpenBatch = {
  ref: SubmissionRef;
  batchId: string;
  provider: string;
  model: string;
  estimatedTokens: number;
};

/**
 * Says what comes next for a shard. Pure: called after each piece of work and on a clock by the reconciler,
 * so that recovery is not a second code path.
 */
export const nextTasks = (facts: ShardFacts, control: Control, nowMs: number, settings: SubmissionSettings): Next => {
  if (facts.shardClosed) return { kind: 'closed' };
  const last = facts.closed.at(-1);
  // ingest has not reached this shard yet
  if (last === undefined) return open([]);
  const rows = last.record.rows?.lines ?? 0;
  const { current } = facts;
  // a shard without open work has lost nothing by being given up
  if (current === undefined || rows === 0) return { kind: 'close', lastStage: last.stage, rows, quarantined: false };
  const wasGivenUp = facts.quarantined.length > 0;
  const giveUp: Next = { kind: 'close', lastStage: last.stage, rows, quarantined: true };
  const stage = current.stage.number;
  const attempt = current.attempts.at(-1);
  // a stage in which nothing has begun is not begun any more: its rows end here
  if (wasGivenUp && attempt === undefined) return giveUp;
  if (current.stage.kind === 'transform') return open([{ kind: 'transform', stage }]);

  const isStopped = wasGivenUp || control.cancelled;
  const next =
    attempt?.plan === undefined || attempt.outcomes !== undefined
      ? open([betweenAttempts(stage, attempt, isStopped)])
      : nextOfAttempt(facts, attempt, { stage, control, nowMs, settings });
  return next.tasks.some((task) => isNeverTriedAgain(facts, task)) ? giveUp : next;
};

type Open = Extract<Next, { kind: 'open' }>;

/** Rows that can never be accounted end where they entered the stage. */
const isNeverTriedAgain = ({ quarantined }: ShardFacts, task: Task): boolean =>
  task.kind === 'account' && isGivenUp(quarantined, { ...task, queue: resultsStored.name });

/** The next attempt is built, or the stage is closed. */
const betweenAttempts = (stage: string, attempt: AttemptFacts | undefined, isStopped: boolean): Task => {
  if (attempt === undefined) return firstTask(stage, 1, isStopped);
  if (attempt.outcomes === undefined) return firstTask(stage, attempt.attempt, isStopped);
  const again = attempt.outcomes.again.rows > 0;
  return again ? firstTask(stage, attempt.attempt + 1, isStopped) : account(stage, attempt.attempt);
};

type Circumstances = { stage: string; control: Control; nowMs: number; settings: SubmissionSettings };

const nextOfAttempt = (
  facts: ShardFacts,
  attempt: AttemptFacts,
  { stage, control, nowMs, settings }: Circumstances,
): Open => {
  const tasks: Task[] = [];
  const waits: Wait[] = [];
  const openBatches: OpenBatch[] = [];
  const withdraw: SubmissionRef[] = [];
  let settled = 0;
  for (const part of attempt.parts) {
    const place = { stage, attempt: attempt.attempt, part: part.part };
    const next = nextOfPart(part, control, nowMs, settings);
    if (next.settled) settled += 1;
    if (next.submit !== undefined) tasks.push({ kind: 'submit', ...place, ...next.submit });
    if (next.cancel !== undefined) tasks.push({ kind: 'cancel', ...place, submission: next.cancel });
    if (next.retrieve === true) tasks.push({ kind: 'retrieve', ...place });
    if (next.runLive === true) tasks.push({ kind: 'run-live', ...place });
    if (next.wait !== undefined) waits.push(next.wait);
    if (next.withdraw !== undefined) withdraw.push({ ...facts.ref, ...place, submission: next.withdraw });
    openBatches.push(...openBatchesOf(part, place, facts));
    for (const submission of lateBatches(part)) tasks.push({ kind: 'cancel', ...place, submission });
  }
  if (settled === attempt.parts.length) tasks.push(account(stage, attempt.attempt));
  return { kind: 'open', tasks, waits, openBatches, ...(withdraw.length === 0 ? {} : { withdraw }) };
};

const openBatchesOf = (
  { plan, submissions }: PartFacts,
  place: { stage: string; attempt: number; part: number },
  { ref }: ShardFacts,
): OpenBatch[] =>
  submissions.flatMap(({ number, batch, ended }) => {
    if (batch === undefined || ended !== undefined) return [];
    const { provider, model, estimatedTokens } = plan;
    return [
      { ref: { ...ref, ...place, submission: number }, batchId: batch.batchId, provider, model, estimatedTokens },
    ];
  });

/** Batches that have come of a claim after it was given up: the fence should have failed them, else they are cancelled. */
const lateBatches = (part: PartFacts): number[] =>
  part.submissions.slice(0, -1).flatMap((submission) => {
    const isOpen = submission.batch !== undefined && submission.ended === undefined;
    return isOpen && mayCancel(part, submission) ? [submission.number] : [];
  });

// once cancelled or given up, nothing is built any more: the post-processor gives the rows their outcome
const firstTask = (stage: string, attempt: number, isStopped: boolean): Task =>
  isStopped ? account(stage, attempt) : { kind: 'build', stage, attempt };

const account = (stage: string, attempt: number): Task => ({ kind: 'account', stage, attempt });

const open = (tasks: Task[]): Open => ({ kind: 'open', tasks, waits: [], openBatches: [] });
