import type { RawSubmission } from '@batchmill/contracts';
import type { SubmissionFacts } from '@batchmill/ledger';

/** One try to place a part, as its records tell it. */
export const rawSubmission = (facts: SubmissionFacts): RawSubmission => {
  const { number, file, intent, batch, ended } = facts;
  const reason = reasonOf(facts);
  return {
    submission: number,
    state: stateOf(facts),
    inputFileId: file?.fileId ?? intent?.fileId ?? null,
    rows: file?.rows ?? null,
    batchId: batch?.batchId ?? ended?.batchId ?? null,
    outputFileId: ended?.outputFileId ?? null,
    errorFileId: ended?.errorFileId ?? null,
    ...(reason === undefined ? {} : { reason }),
    placedAt: batch?.at ?? null,
    endedAt: ended?.endedAt ?? ended?.at ?? null,
  };
};

const stateOf = ({ intent, batch, refused, fenced, ended }: SubmissionFacts): RawSubmission['state'] => {
  if (ended !== undefined) return ended.state;
  if (batch !== undefined) return 'placed';
  if (refused !== undefined) return 'refused';
  if (fenced !== undefined) return 'fenced';
  if (intent?.withdrawn === true) return 'withdrawn';
  return intent === undefined ? 'uploaded' : 'claimed';
};

const reasonOf = ({ intent, refused, ended }: SubmissionFacts): RawSubmission['reason'] => {
  if (ended !== undefined && ended.failure !== null) {
    const [first] = ended.errors;
    return { code: first?.code ?? ended.failure, message: first?.message ?? '' };
  }
  if (refused !== undefined) return { code: refused.code, message: refused.message };
  return intent?.withdrawn === true ? { code: intent.because ?? 'cancelled', message: '' } : undefined;
};
