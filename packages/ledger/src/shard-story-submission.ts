import type { CancelSentRecord, EndedRecord, IntentRecord, RefusalKind, RefusedRecord } from '@batchmill/contracts';
import type { SubmissionRef } from '@batchmill/contracts';
import { Bitmap } from './bitmap.ts';
import { keys } from './keys.ts';
import type { RecordBase, RecordKey, Records } from './records.ts';
import { clause, counted, withdrawnWhy } from './shard-story-words.ts';

/** What one record of a submission says; null for a record we do not know, or that is not there. */
export const tellSubmission = async (
  records: Records,
  ref: SubmissionRef,
  record: string,
): Promise<{ at: number; text: string } | null> => {
  const said = async <Record extends RecordBase>(place: RecordKey<Record>, say: (record: Record) => string) => {
    const found = await records.read(place);
    return found === null ? null : { at: found.at, text: say(found) };
  };
  switch (record) {
    case 'file':
      return said(
        keys.file(ref),
        ({ fileId, rows }) => `${counted(rows, 'request')} uploaded to the provider as file ${fileId}`,
      );
    case 'intent':
      return said(keys.intent(ref), claimText);
    case 'batch':
      return said(keys.batch(ref), ({ batchId, adopted }) =>
        adopted
          ? `no answer was recorded, but the provider has batch ${batchId} of it: adopted`
          : `the provider has accepted batch ${batchId}`,
      );
    case 'refused':
      return said(keys.refused(ref), refusalText);
    case 'fenced':
      return said(
        keys.fenced(ref),
        ({ fileId }) =>
          `no answer and no batch in time; file ${fileId} is deleted, so that no batch can come of it any more`,
      );
    case 'cancel-sent':
      return said(keys.cancelSent(ref), ({ result }) => CANCELS[result]);
    case 'ended':
      return said(keys.ended(ref), endText);
    default:
      return null;
  }
};

const claimText = (claim: IntentRecord): string =>
  claim.withdrawn === true
    ? `not placed, since ${withdrawnWhy(claim)}`
    : `claimed by ${claim.worker}, to be sent at most once`;

const REFUSALS: Record<RefusalKind, string> = {
  'pool-full': 'refused for now, too much waits at the provider already',
  'rate-limited': 'refused for now, too many requests',
  'bad-input': 'refused for good, the provider cannot use the file',
  unauthorized: 'refused, the provider does not accept the key',
  'no-credit': 'refused, the account has no credit left',
  'not-reached': 'the provider could not be reached',
  fenced: 'refused, the provider does not have the file',
  other: 'refused',
};

const refusalText = ({ kind, code, message, retryAfterMs }: RefusedRecord): string => {
  // of our own records, and not an answer of the provider
  if (code === 'fenced') return 'no batch has come of it, and none can any more: it is over';
  if (code === 'resolved') return 'its owner says that no batch has come of it: it is over';
  const later = retryAfterMs === undefined ? '' : ` (again after ${retryAfterMs / 1000} s)`;
  return `${REFUSALS[kind]}: ${clause(message)}${later}`;
};

const CANCELS: Record<CancelSentRecord['result'], string> = {
  sent: 'the provider is told to cancel the batch',
  'already-final': 'the provider is told to cancel the batch, but it had ended already',
  'not-found': 'the provider is told to cancel the batch, but knows none such',
};

const ENDS: Record<EndedRecord['state'], string> = {
  completed: 'is completed',
  failed: 'has failed',
  expired: 'has expired before all of it was done',
  cancelled: 'is cancelled',
};

/** As the poller records a batch that was there and is not any more. */
const VANISHED = 'batch_not_found';

const endText = ({ batchId, state, errors, badLines }: EndedRecord): string => {
  const [error] = errors;
  if (error?.code === VANISHED) return `the provider no longer knows batch ${batchId}`;
  const bad = Bitmap.decode(badLines).size;
  const named = bad === 0 ? '' : `; ${counted(bad, 'request')} cannot be used`;
  return `batch ${batchId} ${ENDS[state]}${error === undefined ? '' : `: ${clause(error.message)}`}${named}`;
};
