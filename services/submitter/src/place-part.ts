import { keys } from '@batchmill/ledger';
import { claimAndPost } from './claim-and-post.ts';
import { resolveClaim } from './resolve-claim.ts';
import { moved, wait } from './submission.ts';
import type { Ports, Step, Submission } from './submission.ts';
import { uploadInput } from './upload-input.ts';

const RESERVATION_RETRY_MS = 2000;

/**
 * One step of a submission: withdraw it, resolve its claim, or reserve, upload, claim and post it.
 * Never more than one POST follows one claim, whatever is killed and however often this runs.
 */
export const placePart = async (ports: Ports, submission: Submission): Promise<Step> => {
  const { facts, ref, plan } = submission;
  if (facts.batch !== undefined || facts.refused !== undefined || facts.intent?.withdrawn === true) return moved;
  if (facts.intent !== undefined) return resolveClaim(ports, submission, facts.intent);

  const control = await ports.readControl();
  if (control.cancelled) {
    await ports.ledger.write(keys.intent(ref), { fileId: null, worker: ports.worker, withdrawn: true });
    ports.events.withdrawn(ref);
    return moved;
  }
  if (control.paused) return moved;

  const reserved = await ports.reservations.take(ref, plan, control.maxCost ?? submission.maxCost);
  if (reserved.kind === 'over-budget') {
    await ports.attention.raise(ref.job, 'budget', reserved.reason);
    return wait(RESERVATION_RETRY_MS, reserved.reason);
  }
  if (reserved.kind === 'wait') return wait(RESERVATION_RETRY_MS, reserved.reason);
  await ports.attention.clear(ref.job, 'budget');
  const file = facts.file ?? (await uploadInput(ports, submission));
  return claimAndPost(ports, submission, file);
};
