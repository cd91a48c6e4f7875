import type { FileRecord, IntentRecord } from '@batchmill/contracts';
import { submissionName } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import { moved, wait } from './submission.ts';
import type { Ports, Step, Submission } from './submission.ts';

const LOOK_FOR_IT_MS = 1000;

/** Claims the submission and, if the claim is ours, sends the one POST that may follow it. */
export const claimAndPost = async (
  { ledger, provider, reservations, deploymentId, worker, claimDeadlineMs, monotonicMs, events }: Ports,
  { ref, plan }: Submission,
  file: FileRecord,
  isAlone: boolean,
): Promise<Step> => {
  const claimedAtMs = monotonicMs();
  const body = { fileId: file.fileId, worker, ...(isAlone ? { alone: true } : {}) };
  const claim = await ledger.write(keys.intent(ref), body);
  // somebody else's claim: they post, or whoever looks next resolves it
  if (!claim.created) return leaveTo(claim.record, { ledger, reservations }, { ref, plan });
  // we were asleep: the fence may be up already, so the claim is left to be resolved
  if (monotonicMs() - claimedAtMs > claimDeadlineMs) return wait(LOOK_FOR_IT_MS, 'the claim is too old to be posted');

  const result = await provider.createBatch({
    fileId: file.fileId,
    endpoint: plan.endpoint,
    metadata: { batchmill: deploymentId, submission: submissionName(ref) },
  });
  switch (result.kind) {
    case 'accepted':
      await ledger.write(keys.batch(ref), { batchId: result.batch.id, adopted: false });
      events.placed(ref, result.batch.id);
      return moved;
    case 'refused': {
      await ledger.write(keys.refused(ref), result.refusal);
      await reservations.release(ref, plan);
      events.refused(ref, result.refusal.kind, result.refusal.message);
      return moved;
    }
    case 'ambiguous':
      events.ambiguous(ref, result.cause);
      return wait(LOOK_FOR_IT_MS, 'the answer to the create call was lost');
  }
};

/** Our reservation is theirs too; if they have given it back already, nobody else will. */
const leaveTo = async (
  { withdrawn }: IntentRecord,
  { ledger, reservations }: Pick<Ports, 'ledger' | 'reservations'>,
  { ref, plan }: Pick<Submission, 'ref' | 'plan'>,
): Promise<Step> => {
  if (withdrawn === true || (await ledger.exists(keys.refused(ref)))) await reservations.release(ref, plan);
  else if (await ledger.exists(keys.ended(ref))) await reservations.releaseTokens(ref, plan);
  return moved;
};
