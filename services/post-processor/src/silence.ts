import type { GenerateStage, PlanRecord } from '@batchmill/contracts';
import type { PartFacts } from '@batchmill/ledger';
import type { Verdict } from './judge-answer.ts';

/** What it means for a row that its part's files say nothing of it. */
export const silenceOf = ({ plan, submissions }: PartFacts): Verdict => {
  // the runner stores results when it has a line for every row, or at a cancel
  if (plan.mode === 'live') return cancelled;
  const last = submissions.at(-1);
  if (last?.intent?.withdrawn === true) {
    return cancelled;
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

/** Nobody has asked it before the run was cancelled. */
const cancelled: Verdict = {
  outcome: 'cancelled',
  code: 'cancelled',
  message: 'the run was cancelled',
  again: false,
};

/** Rows of no part, that are not skipped and whose answer is not given. */
export const silenceOfUnasked = (plan: PlanRecord | undefined, { generate }: GenerateStage): Verdict => {
  if (plan?.withdrawn === true) return cancelled;
  if (generate.mode !== 'by-hand') return missing;
  return plan?.toSend === undefined ? notGiven : prepared;
};

const notGiven: Verdict = {
  outcome: 'missing',
  code: 'missing',
  message: 'no line of the given files is for this row',
  again: false,
};

const prepared: Verdict = {
  outcome: 'missing',
  code: 'prepared',
  message: 'its request is prepared; nobody has sent it yet',
  again: false,
};

/** Nothing is known of the row: it was asked in vain, or in no part at all. */
const missing: Verdict = {
  outcome: 'missing',
  code: 'missing',
  message: 'the provider returned no line for this row',
  again: true,
};
