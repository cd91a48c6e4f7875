import { parseSubmissionName } from '@batchmill/flow';
import type { Flow } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { Ledger, SubmissionSettings } from '@batchmill/ledger';
import type { BatchProvider, ProviderBatch } from '@batchmill/providers';
import type { Events } from './events.ts';

export type AuditPorts = {
  ledger: Ledger;
  flow: Flow;
  deploymentId: string;
  settings: Pick<SubmissionSettings, 'leaseMs' | 'settleMs'>;
  events: Events;
  now: () => number;
};

const LOOK_BACK_MS = 48 * 3600 * 1000;

/**
 * Looks over all batches of ours that a provider has, and bounds the loss if every other guard has failed: one the
 * ledger does not know is adopted where its submission still waits, else cancelled, with an alarm.
 */
export const auditProvider = async (ports: AuditPorts, provider: BatchProvider): Promise<void> => {
  const { deploymentId, settings, now } = ports;
  if (!provider.capabilities.list || !provider.capabilities.tag) return;
  for await (const batch of provider.listBatches({ createdAfterMs: now() - LOOK_BACK_MS })) {
    if (batch.metadata.batchmill !== deploymentId || batch.state !== 'open') continue;
    // younger ones may be in the hands of whoever has just posted them
    const isSettled = batch.createdAtMs !== null && now() - batch.createdAtMs > settings.leaseMs + settings.settleMs;
    if (isSettled) await auditBatch(ports, provider, batch);
  }
};

const auditBatch = async (
  { ledger, flow, events }: AuditPorts,
  provider: BatchProvider,
  batch: ProviderBatch,
): Promise<void> => {
  const ref = parseSubmissionName(batch.metadata.submission ?? '');
  if (ref === null) return;
  const known = await ledger.read(keys.batch(ref));
  if (known?.batchId === batch.id) return;
  const intent = await ledger.read(keys.intent(ref));
  const isOver = known !== null || (await ledger.exists(keys.refused(ref)));
  if (!isOver && intent?.fileId === batch.inputFileId) {
    const { record } = await ledger.write(keys.batch(ref), { batchId: batch.id, adopted: true });
    if (record.batchId === batch.id) {
      events.adopted(ref, batch.id);
      await flow.advance(ref);
      return;
    }
  }
  await provider.cancelBatch(batch.id);
  events.rogue(ref, batch.id);
};
