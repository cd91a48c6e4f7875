import { requestsBuilt } from '@batchmill/contracts';
import type { IntentRecord, RunRef, SubmissionRef } from '@batchmill/contracts';
import { submissionName } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { MemoryStore } from './memory-store.ts';
import type { ProviderWorld } from './provider-world.ts';
import { quarantinedWork } from './quarantined-work.ts';
import { outsideLedger } from './sample-job.ts';
import type { Scheduler } from './scheduler.ts';

const LOOKS_EVERY_MS = 200_000;

/**
 * The owner of a job, who is asked about claims that the submitter has failed to resolve for good: looks at the provider,
 * after deleting the input file so that nothing can come of it any more, and says what is there.
 */
export const startOwner = (
  { run, isOver }: { run: RunRef; isOver: () => boolean },
  store: MemoryStore,
  world: ProviderWorld,
  scheduler: Scheduler,
): void => {
  const ledger = outsideLedger(store, scheduler);
  const look = async (): Promise<void> => {
    for (const ref of askedFor(store, run)) {
      const { fileId = null } = (store.json(keys.intent(ref).key) as IntentRecord | null) ?? {};
      const isAnswered = store.records.has(keys.batch(ref).key) || store.records.has(keys.refused(ref).key);
      const file = fileId === null ? undefined : world.files.get(fileId);
      if (file === undefined || isAnswered) continue;
      file.deleted = true;
      const batch = world.batches.find(({ inputFileId }) => inputFileId === fileId);
      scheduler.tell(null, `owner says: ${submissionName(ref)} is ${batch?.id ?? 'nothing'}`);
      if (batch !== undefined) await ledger.write(keys.batch(ref), { batchId: batch.id, adopted: true });
      else await ledger.write(keys.refused(ref), { kind: 'fenced', code: 'resolved', message: 'says its owner' });
    }
  };
  const lookOnAClock = (): void =>
    scheduler.after(LOOKS_EVERY_MS, '', () => {
      if (isOver()) return;
      void look();
      lookOnAClock();
    });
  lookOnAClock();
};

const askedFor = (store: MemoryStore, run: RunRef): SubmissionRef[] =>
  quarantinedWork(store, run).flatMap(({ shard, record }) => {
    const { queue, stage, attempt, part, submission } = record;
    if (queue !== requestsBuilt.name || attempt === undefined || part === undefined || submission === undefined)
      return [];
    return [{ ...run, shard, stage, attempt, part, submission }];
  });
