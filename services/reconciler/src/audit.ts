import type { SubmissionRef } from '@batchmill/contracts';
import { attention, parseSubmissionName, submissionEntry } from '@batchmill/flow';
import type { Flow } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { Ledger, SubmissionSettings } from '@batchmill/ledger';
import type { BatchProvider, ProviderBatch } from '@batchmill/providers';
import type { Queues } from '@batchmill/queue';
import type { Events } from './events.ts';

export type AuditPorts = {
  ledger: Ledger;
  flow: Flow;
  queues: Pick<Queues, 'redis'>;
  deploymentId: string;
  settings: Pick<SubmissionSettings, 'leaseMs' | 'settleMs'>;
  events: Pick<Events, 'adopted' | 'rogue'>;
  now: () => number;
};

const LOOK_BACK_MS = 48 * 3600 * 1000;

/** What an audit remembers of a batch until the next one. */
type Seen = { sinceMs: number; isDealtWith: boolean };

/**
 * Looks over all batches of ours that a provider has, and bounds the loss if every other guard has failed: one the
 * ledger does not know is adopted where its submission still waits, else cancelled, with an alarm.
 */
export const createAudit = (ports: AuditPorts): ((provider: BatchProvider) => Promise<void>) => {
  const { deploymentId, settings, now } = ports;
  const seenAt = new Map<string, Map<string, Seen>>();
  return async (provider) => {
    if (!provider.capabilities.list || !provider.capabilities.tag) return;
    const before = seenAt.get(provider.name);
    const seen = new Map<string, Seen>();
    seenAt.set(provider.name, seen);
    for await (const batch of provider.listBatches({ createdAfterMs: now() - LOOK_BACK_MS })) {
      // what has ended without an answer was not paid
      const isHarmless = batch.state !== 'open' && batch.outputFileId === null;
      if (batch.metadata.batchmill !== deploymentId || isHarmless) continue;
      const last = before?.get(batch.id) ?? { sinceMs: now(), isDealtWith: false };
      seen.set(batch.id, last);
      // younger ones may be in the hands of whoever has just posted them; the provider's clock may differ from ours
      const ageMs = now() - Math.min(last.sinceMs, batch.createdAtMs ?? last.sinceMs);
      if (last.isDealtWith || ageMs <= settings.leaseMs + settings.settleMs) continue;
      await auditBatch(ports, provider, batch);
      seen.set(batch.id, { ...last, isDealtWith: true });
    }
  };
};

const auditBatch = async (ports: AuditPorts, provider: BatchProvider, batch: ProviderBatch): Promise<void> => {
  const { ledger, flow, queues, events } = ports;
  const ref = parseSubmissionName(batch.metadata.submission ?? '');
  const known = ref === null ? null : await ledger.read(keys.batch(ref));
  if (known?.batchId === batch.id) return;
  if (ref !== null && known === null && (await isAwaited(ledger, ref, batch))) {
    const { record } = await ledger.write(keys.batch(ref), { batchId: batch.id, adopted: true });
    if (record.batchId === batch.id) {
      events.adopted(ref, batch.id);
      // its owner may have been asked what became of the claim
      await attention(queues).clear(ref.job, submissionEntry(ref));
      await flow.advance(ref);
      return;
    }
  }
  const result = batch.state === 'open' ? await provider.cancelBatch(batch.id) : 'already-final';
  events.rogue(ref ?? { submission: batch.metadata.submission ?? '' }, batch.id, result);
  if (ref !== null) await attention(queues).trouble(ref.job, `audit-${batch.id}`, alarm(provider, batch, result));
};

/** A claim for this very file that has no end yet. */
const isAwaited = async (ledger: Ledger, ref: SubmissionRef, { inputFileId }: ProviderBatch): Promise<boolean> =>
  (await ledger.read(keys.intent(ref)))?.fileId === inputFileId && !(await ledger.exists(keys.refused(ref)));

const alarm = (
  { name }: BatchProvider,
  { id }: ProviderBatch,
  result: Awaited<ReturnType<BatchProvider['cancelBatch']>>,
): string =>
  result === 'sent'
    ? `${name} had a batch of this job that no record names: ${id}. It is cancelled; what it had answered by then is on the bill`
    : `${name} has run a batch of this job that no record names: ${id}. It is on the bill, and its answers are not used`;
