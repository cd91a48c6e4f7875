import type { IntentRecord } from '@batchmill/contracts';
import { submissionEntry } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import { moved, wait } from './submission.ts';
import type { Ports, Step, Submission } from './submission.ts';

// clocks of two machines differ: look back further than the claim
const CLOCK_MARGIN_MS = 10 * 60 * 1000;
const MAX_LOOK_AGAIN_MS = 10_000;

/**
 * Finds out what became of a claim whose answer is unknown, without ever sending it again:
 * adopt the batch if the provider lists it; else, once the lease is over, delete the input file (fence), wait for the
 * fence to hold, look again, and only then give the number up so that the next submission may begin.
 */
export const resolveClaim = async (ports: Ports, submission: Submission, intent: IntentRecord): Promise<Step> => {
  const { ledger, provider, reservations, attention, settings, now, events } = ports;
  const { ref, plan, facts } = submission;
  // the list shows what was there when it was asked, however long its answer takes
  const askedAtMs = now();
  if (await adopt(ports, submission, intent)) {
    await attention.clear(ref.job, submissionEntry(ref));
    return moved;
  }
  if (intent.fileId === null) return moved;

  if (facts.fenced === undefined) {
    const leaseLeftMs = intent.at + settings.leaseMs - now();
    if (leaseLeftMs > 0) return wait(Math.min(leaseLeftMs, MAX_LOOK_AGAIN_MS), 'the claim may still be in progress');
    if (!provider.capabilities.fence) {
      // only its owner can say whether a batch has come of it: paying blindly is not an option
      const reason = `it is not known whether ${provider.name} took a batch of ${plan.requests.lines} rows; see \`batchmill resolve ${ref.job}\``;
      await attention.raise(ref.job, submissionEntry(ref), reason);
      return wait(MAX_LOOK_AGAIN_MS, 'this provider cannot be fenced');
    }
    await provider.deleteFile(intent.fileId);
    await ledger.write(keys.fenced(ref), { fileId: intent.fileId });
    events.fenced(ref);
    return wait(settings.settleMs, 'the fence must hold before the list is believed');
  }
  const settleLeftMs = facts.fenced.at + settings.settleMs - askedAtMs;
  if (settleLeftMs > 0) return wait(settleLeftMs, 'the fence must hold before the list is believed');
  // the list was asked for after the fence wait: no batch can come of this claim any more
  await ledger.write(keys.refused(ref), {
    kind: 'fenced',
    code: 'fenced',
    message: 'no batch came of this claim; its input file is deleted',
  });
  await reservations.release(ref, plan);
  return moved;
};

const adopt = async (
  { ledger, provider, events }: Ports,
  { ref }: Submission,
  intent: IntentRecord,
): Promise<boolean> => {
  for await (const batch of provider.listBatches({ createdAfterMs: intent.at - CLOCK_MARGIN_MS })) {
    if (batch.inputFileId !== intent.fileId) continue;
    const { created } = await ledger.write(keys.batch(ref), { batchId: batch.id, adopted: true });
    if (created) events.adopted(ref, batch.id);
    return true;
  }
  return false;
};
