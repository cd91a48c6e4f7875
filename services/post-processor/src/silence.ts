import type { GenerateStage, PartPlan, PlanRecord, QuarantinedRecord } from '@batchmill/contracts';
import { learnedLimits } from '@batchmill/ledger';
import type { PartFacts, ShardFacts, SubmissionFacts } from '@batchmill/ledger';
import type { Failure } from './judge-answer.ts';

/** What it means for a row that its part's files say nothing of it. `givenUp`: why its shard was, if it was. */
export const silenceOf = (part: PartFacts, givenUp: Failure): Failure => {
  const { plan, submissions, results } = part;
  // the runner stores results when it has a line for every row, or when it was stopped
  if (plan.mode === 'live' && results !== undefined) return part.givenUp === undefined ? cancelled : givenUp;
  const last = submissions.at(-1);
  if (last?.intent?.withdrawn === true) {
    const { because, recut } = last.intent;
    if (recut !== undefined) return { ...tooLarge(plan, recut.limitTokens), again: true, recut: true };
    return because === 'quarantined' ? givenUp : cancelled;
  }
  // its batch is over, and fetching its files was given up
  if (results === undefined) return givenUp;
  // a part without room is placed again, unless there can be none for it
  if (last !== undefined && hadNoRoom(last)) {
    return tooLarge(plan, learnedLimits([{ parts: [part] }], plan).limitTokens ?? plan.estimatedTokens);
  }
  // a batch that came after its claim was given up counts for more than the giving up
  if (last?.refused !== undefined && last.ended === undefined) {
    return { outcome: 'failed', code: last.refused.code, message: last.refused.message, again: false };
  }
  switch (last?.ended?.state) {
    case 'expired':
      return { outcome: 'expired', code: 'batch_expired', message: 'the batch expired before this row', again: true };
    case 'cancelled':
      return { outcome: 'cancelled', code: 'batch_cancelled', message: 'the batch was cancelled', again: false };
    case 'failed': {
      const [error] = last.ended.errors;
      const { code, message } = error ?? { code: 'batch_failed', message: 'the batch failed without a reason' };
      // one that has files was under way: the rest is asked again. One without has been placed again as often as it may
      const wasUnderWay = last.ended.outputFileId !== null || last.ended.errorFileId !== null;
      return { outcome: 'failed', code, message, again: wasUnderWay };
    }
    default:
      return {
        outcome: 'missing',
        code: 'missing',
        message: 'the provider returned no line for this row',
        again: true,
      };
  }
};

const hadNoRoom = ({ refused, ended }: SubmissionFacts): boolean => {
  if (ended === undefined) return refused?.kind === 'pool-full';
  return ended.failure === 'pool-full' && ended.outputFileId === null && ended.errorFileId === null;
};

const tooLarge = ({ estimatedTokens, model }: PartPlan, limitTokens: number): Failure => ({
  outcome: 'failed',
  code: 'too-large',
  message: `its batch of about ${estimatedTokens} tokens does not fit into the ${limitTokens} that may wait for ${model}`,
  again: false,
});

/** Nobody has asked it before the run was cancelled. */
export const cancelled: Failure = {
  outcome: 'cancelled',
  code: 'cancelled',
  message: 'the run was cancelled',
  again: false,
};

/** What it means for a row that its attempt has asked for it in no part, is not skipped, and has no given answer. */
export const silenceOfUnasked = (
  plan: PlanRecord | undefined,
  { quarantined }: Pick<ShardFacts, 'quarantined'>,
  { generate }: GenerateStage,
): Failure => {
  if (plan?.withdrawn === true) return plan.because === 'quarantined' ? givenUpFor(quarantined[0]) : cancelled;
  if (generate.mode !== 'by-hand') return missing;
  return plan?.toSend === undefined ? notGiven : prepared;
};

const notGiven: Failure = {
  outcome: 'missing',
  code: 'missing',
  message: 'no line of the given files is for this row',
  again: false,
};

const prepared: Failure = {
  outcome: 'missing',
  code: 'prepared',
  message: 'its request is prepared; nobody has sent it yet',
  again: false,
};

/** The row has no answer because its shard was given up: the reason of that is its reason. */
export const givenUpFor = (record: QuarantinedRecord | undefined): Failure => ({
  outcome: 'failed',
  code: record?.code ?? 'quarantined',
  message: record?.message ?? 'work on this shard was given up',
  again: false,
});

/** Nothing is known of the row: it was asked in vain, or in no part at all. */
const missing: Failure = {
  outcome: 'missing',
  code: 'missing',
  message: 'the provider returned no line for this row',
  again: true,
};
