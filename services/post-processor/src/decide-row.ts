import type { AttemptRef, FailureLine, Fields, GenerateStage, Outcome } from '@batchmill/contracts';
import type { Control, ShardFacts } from '@batchmill/ledger';
import type { AttemptRow } from './attempt-rows.ts';
import type { Failure, Verdict } from './judge-answer.ts';
import { cancelled, givenUpFor } from './silence.ts';

/** A row's fate in this attempt: its outcome, or that it is asked again for `reason`. */
export type Decision = { position: number; row: string } & (
  | { kind: 'ok'; values: Fields }
  | { kind: 'skipped' }
  | { kind: 'ended' | 'again'; failure: FailureLine; reason: string }
);

type Circumstances = { ref: AttemptRef; facts: ShardFacts; stage: GenerateStage; control: Control };

/** Each recut makes parts smaller; this is enough to come down to single requests, and an end where limits keep sinking. */
const MAX_RECUTS = 30;

/** Decides whether a row of a verdict ends in this attempt or is asked again. */
export const decideRow = (circumstances: Circumstances, row: string, known: AttemptRow, verdict: Verdict): Decision => {
  const { position } = known;
  if (!('code' in verdict)) return { kind: 'ok', row, position, values: verdict.values };
  if (!mayAskAgain(circumstances, known, verdict)) return decision('ended', row, position, verdict);
  const stopped = stoppedBy(circumstances, verdict);
  return stopped === null ? decision('again', row, position, verdict) : decision('ended', row, position, stopped);
};

/** How a row ends that would be asked again, were its run not cancelled or its shard given up; null: neither is. */
const stoppedBy = ({ facts, control }: Circumstances, verdict: Failure): Failure | null => {
  if (control.cancelled) return verdict.recut === true ? cancelled : verdict;
  if (facts.quarantined.length === 0) return null;
  // an answer, even one of no use, says more of the row than why it is not asked again
  return verdict.raw === undefined ? givenUpFor(facts.quarantined[0]) : verdict;
};

/** A schema-invalid or truncated answer is asked again once; what never reached a model, up to the attempts allowed. */
const mayAskAgain = (
  { ref, stage: { generate } }: Circumstances,
  { askedAgainFor, recuts }: AttemptRow,
  { again, outcome, recut }: Failure,
): boolean => {
  if (!again) return false;
  if (recut === true) return recuts < MAX_RECUTS;
  const executions = ref.attempt - recuts;
  if (executions >= generate.retryAttempts) return false;
  if (outcome === 'invalid') return !askedAgainFor.has('invalid');
  if (outcome === 'truncated') return generate.onTruncated !== undefined && !askedAgainFor.has('truncated');
  return true;
};

const decision = (
  kind: 'ended' | 'again',
  row: string,
  position: number,
  { outcome, code, message, raw, values, recut }: Failure,
): Decision => ({
  kind,
  row,
  position,
  failure: {
    row,
    outcome,
    code,
    message,
    ...(raw === undefined ? {} : { raw }),
    ...(values === undefined ? {} : { values }),
    ...(recut === true ? { uncounted: true as const } : {}),
  },
  reason: recut === true ? RECUT : reasonOf(outcome, code),
});

/** The reason under which the report counts rows that were not asked but cut anew. */
const RECUT = 'recut';

const reasonOf = (outcome: Outcome, code: string): string => (outcome === 'failed' ? code : outcome);
