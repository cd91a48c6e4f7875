import type { SubmissionRef } from '@batchmill/contracts';
import type { Control } from './control.ts';
import { nextOfPart } from './next-of-part.ts';
import type { SubmissionSettings } from './next-of-part.ts';
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
  | { kind: 'open'; tasks: Task[]; waits: Wait[]; openBatches: OpenBatch[] }
  /** Every stage is closed, no row is left, or the shard is quarantined: `closed/<k>.json` can be written. */
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
  if (facts.quarantined !== undefined) return { kind: 'close', lastStage: last.stage, rows, quarantined: true };
  const stage = current.stage.number;
  if (current.stage.kind === 'transform') return open([{ kind: 'transform', stage }]);

  const attempt = current.attempts.at(-1);
  if (attempt === undefined) return open([firstTask(stage, 1, control)]);
  if (attempt.outcomes !== undefined) {
    const again = attempt.outcomes.again.rows > 0;
    return open([again ? firstTask(stage, attempt.attempt + 1, control) : account(stage, attempt.attempt)]);
  }
  if (attempt.plan === undefined) return open([firstTask(stage, attempt.attempt, control)]);
  return nextOfAttempt(facts, attempt, { stage, control, nowMs, settings });
};

type Circumstances = { stage: string; control: Control; nowMs: number; settings: SubmissionSettings };

const nextOfAttempt = (
  facts: ShardFacts,
  attempt: AttemptFacts,
  { stage, control, nowMs, settings }: Circumstances,
): Next => {
  const tasks: Task[] = [];
  const waits: Wait[] = [];
  const openBatches: OpenBatch[] = [];
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
    openBatches.push(...openBatchesOf(part, place, facts));
    for (const submission of lateBatches(part)) tasks.push({ kind: 'cancel', ...place, submission });
  }
  if (settled === attempt.parts.length) tasks.push(account(stage, attempt.attempt));
  return { kind: 'open', tasks, waits, openBatches };
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
const lateBatches = ({ submissions }: PartFacts): number[] =>
  submissions
    .slice(0, -1)
    .flatMap(({ number, batch, ended, cancelSent }) =>
      batch !== undefined && ended === undefined && cancelSent === undefined ? [number] : [],
    );

// once cancelled, nothing is built any more: the post-processor gives the rows their outcome
const firstTask = (stage: string, attempt: number, control: Control): Task =>
  control.cancelled ? account(stage, attempt) : { kind: 'build', stage, attempt };

const account = (stage: string, attempt: number): Task => ({ kind: 'account', stage, attempt });

const open = (tasks: Task[]): Next => ({ kind: 'open', tasks, waits: [], openBatches: [] });
