import type { RunRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { Flow } from './flow.ts';

export type QuarantineReason = { code: string; message: string };
type Work = RunRef & { shard?: number; stage?: string };

/** Records that work has failed for good: its shard's open rows are `failed`, or its run is. The others go on. */
export const quarantine =
  (ledger: Ledger, flow: Flow, queue: string) =>
  async (work: Work, { code, message }: QuarantineReason): Promise<void> => {
    const { tenant, job, run, shard, stage = '' } = work;
    const ref = { tenant, job, run };
    if (shard === undefined) {
      await ledger.write(keys.runFailed(ref), { code, message, problems: [] });
      await flow.advanceRun(ref);
      return;
    }
    await ledger.write(keys.quarantined({ ...ref, shard }), { stage, queue, code, message });
    await flow.advance({ ...ref, shard });
  };
