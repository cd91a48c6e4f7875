import type { RunRef, SubmissionRef } from '@batchmill/contracts';
import { keys, workName } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { Flow } from './flow.ts';

export type QuarantineReason = { code: string; message: string };
type Work = RunRef & Partial<SubmissionRef>;

/**
 * Records that work has failed for good: nothing new begins on its shard, or its run is failed. The others go on.
 * What fails while a shard is wound up is recorded by its own name, so that it is not tried for ever either.
 */
export const quarantine =
  (ledger: Ledger, flow: Flow, queue: string) =>
  async (work: Work, { code, message }: QuarantineReason): Promise<void> => {
    const { tenant, job, run, shard, stage = '', attempt, part, submission } = work;
    const ref = { tenant, job, run };
    if (shard === undefined) {
      await ledger.write(keys.runFailed(ref), { code, message, problems: [] });
      await flow.advanceRun(ref);
      return;
    }
    const given = { queue, stage, attempt, part, submission };
    const body = { ...given, code, message };
    const { created } = await ledger.write(keys.quarantined({ ...ref, shard }), body);
    if (!created) await ledger.write(keys.quarantinedWork({ ...ref, shard }, workName(given)), body);
    await flow.advance({ ...ref, shard });
  };
