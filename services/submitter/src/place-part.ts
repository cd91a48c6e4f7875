import type { FileRecord, Recut, WithdrawnBecause } from '@batchmill/contracts';
import { keys, recutOf } from '@batchmill/ledger';
import { ProviderError } from '@batchmill/providers';
import { claimAndPost } from './claim-and-post.ts';
import { resolveClaim } from './resolve-claim.ts';
import { moved, wait } from './submission.ts';
import type { Ports, Step, Submission } from './submission.ts';
import { uploadInput } from './upload-input.ts';

const BUDGET_RETRY_MS = 2000;
const REFUSED_UPLOAD_RETRY_MS = 30_000;

/**
 * One step of a submission: withdraw it, resolve its claim, or reserve, upload, claim and post it.
 * Never more than one POST follows one claim, whatever is killed and however often this runs.
 */
export const placePart = async (ports: Ports, submission: Submission): Promise<Step> => {
  const { facts, ref, plan } = submission;
  if (facts.batch !== undefined || facts.refused !== undefined || facts.intent?.withdrawn === true) return moved;
  if (facts.intent !== undefined) return resolveClaim(ports, submission, facts.intent);

  const control = await ports.readControl();
  if (control.cancelled) return withdraw(ports, submission, { because: 'cancelled' });
  // read after the facts: a shard is closed without its part only if this sees that it is given up
  if (await ports.isGivenUp()) return withdraw(ports, submission, { because: 'quarantined' });
  // what is reserved stays so: another worker may be about to claim with it
  if (control.paused) return moved;

  const recut = recutOf(submission.part, submission.learnedTokens);
  if (recut !== null) return withdraw(ports, submission, { because: 'too-large', recut });
  const maxCost = control.maxCost ?? submission.maxCost;
  const reserved = await ports.reservations.take(ref, plan, maxCost, submission.learnedTokens);
  if (reserved.kind === 'too-large') {
    const { limitTokens } = reserved;
    return withdraw(ports, submission, { because: 'too-large', recut: { limitTokens, cutTokens: limitTokens } });
  }
  if (reserved.kind === 'over-budget') {
    await ports.attention.raise(ref.job, 'budget', reserved.reason);
    return wait(BUDGET_RETRY_MS, reserved.reason);
  }
  if (reserved.kind === 'wait') return wait(reserved.waitMs, reserved.reason);
  await ports.attention.clear(ref.job, 'budget');
  const file = facts.file ?? (await upload(ports, submission));
  if (file === null) return wait(REFUSED_UPLOAD_RETRY_MS, 'the provider does not take the file');
  return claimAndPost(ports, submission, file, reserved.alone === true);
};

/** Takes the claim's place, so that nobody can post under this number any more. */
const withdraw = async (
  ports: Ports,
  { ref, plan }: Submission,
  reason: { because: WithdrawnBecause; recut?: Recut },
): Promise<Step> => {
  const claim = { fileId: null, worker: ports.worker, withdrawn: true, ...reason };
  const { record } = await ports.ledger.write(keys.intent(ref), claim);
  if (record.withdrawn !== true) return moved;
  await ports.reservations.release(ref, plan);
  // a later run must not begin with what this one was waiting for
  for (const place of ['budget', 'upload']) await ports.attention.clear(ref.job, place);
  ports.events.withdrawn(ref, reason.because);
  return moved;
};

/** null: the provider will not take it before somebody acts, for example because the key is wrong. */
const upload = async (ports: Ports, submission: Submission): Promise<FileRecord | null> => {
  const { job } = submission.ref;
  try {
    const file = await uploadInput(ports, submission);
    await ports.attention.clear(job, 'upload');
    return file;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.retryable) throw error;
    await ports.attention.raise(job, 'upload', error.message);
    return null;
  }
};
