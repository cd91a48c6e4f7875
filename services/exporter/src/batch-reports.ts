import type { CompiledPipeline, Report } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import type { RunShards } from '@batchmill/outputs';

/** Every batch of the job, and the rows of parts for which more than one batch was accepted and worked on. */
export const batchReports = async (
  ledger: Ledger,
  { stages }: CompiledPipeline,
  runs: RunShards[],
): Promise<{ batches: Report['batches']; paidTwice: number }> => {
  const batches: Report['batches'] = [];
  let paidTwice = 0;
  for (const { ref, shards } of runs) {
    for (let shard = 0; shard < shards; shard += 1) {
      const worked = new Set<string>();
      for (const { stage, attempt, part, plan, batch, ended } of await ledger.batches({ ...ref, shard })) {
        const requests = plan?.requests.lines ?? 0;
        batches.push({
          batchId: batch.batchId,
          step: stages.find(({ number }) => number === stage)?.step ?? stage,
          shard,
          state: ended?.state ?? 'open',
          requests,
          createdAt: ended?.createdAt ?? batch.at,
          endedAt: ended?.endedAt ?? null,
        });
        if (ended?.state === 'failed') continue;
        const place = `${stage}-${attempt}-${part}`;
        if (worked.has(place)) paidTwice += requests;
        worked.add(place);
      }
    }
  }
  return { batches, paidTwice };
};
