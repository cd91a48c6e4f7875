import type { RunRef } from '@batchmill/contracts';
import type { Reservations } from '@batchmill/flow';
import type { Ledger } from '@batchmill/ledger';

/**
 * Frees what batches hold that have ended, in whatever stage. A process that dies or sleeps between two steps can leave
 * room taken for a stage that is over, where nobody looks any more; the pool would stay full for everybody.
 */
export const freeRoom = async (
  { ledger, reservations }: { ledger: Ledger; reservations: Reservations },
  run: RunRef,
): Promise<void> => {
  const shards = (await ledger.runFacts(run))?.shards?.shards ?? 0;
  for (let shard = 0; shard < shards; shard += 1) {
    const ref = { ...run, shard };
    for (const { stage, attempt, part, submission, plan, ended } of await ledger.batches(ref)) {
      if (ended === null || plan === undefined) continue;
      await reservations.releaseTokens({ ...ref, stage, attempt, part, submission }, plan);
    }
  }
};
