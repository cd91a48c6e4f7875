import type { RunRef } from '@batchmill/contracts';
import { liveSubmission } from '@batchmill/flow';
import type { Flow, Reservations } from '@batchmill/flow';
import type { Ledger } from '@batchmill/ledger';

/**
 * Takes back the reservations of every submission that may be at the provider, as the ledger knows them. What has come to
 * its end since the ledger was read holds room again that nobody gives back: to be followed by `flow.giveBackRoom`.
 */
export const refillPools = async (
  { ledger, flow, reservations }: { ledger: Ledger; flow: Flow; reservations: Reservations },
  run: RunRef,
): Promise<void> => {
  await flow.showEarlierRuns(run);
  const shards = (await ledger.runFacts(run))?.shards?.shards ?? 0;
  for (let shard = 0; shard < shards; shard += 1) {
    const { facts } = await flow.shard({ ...run, shard });
    const stage = facts.current?.stage.number;
    if (stage === undefined) continue;
    for (const { attempt, parts, outcomes } of facts.current?.attempts ?? []) {
      if (outcomes !== undefined) continue;
      for (const { part, plan, submissions, chunks = [] } of parts) {
        if (chunks.length > 0) {
          const ref = liveSubmission({ ...facts.ref, stage, attempt, part });
          await reservations.restore(ref, plan, { tokens: false });
        }
        for (const { number, intent, refused, ended } of submissions) {
          const mayBeThere = intent !== undefined && intent.withdrawn !== true && refused === undefined;
          if (!mayBeThere) continue;
          const ref = { ...facts.ref, stage, attempt, part, submission: number };
          await reservations.restore(ref, plan, { tokens: ended === undefined });
        }
      }
    }
  }
};
