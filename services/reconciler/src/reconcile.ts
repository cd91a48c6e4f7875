import { DEFAULT_TENANT, pollDue } from '@batchmill/contracts';
import type { RunRef, ShardRef } from '@batchmill/contracts';
import type { Flow, Reservations } from '@batchmill/flow';
import { LedgerCorruptionError } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { ProviderRegistry } from '@batchmill/providers';
import type { DueShards, Epoch, Queues } from '@batchmill/queue';
import type { Events } from './events.ts';
import { createAudit } from './audit.ts';
import { refillPools } from './refill-pools.ts';

export type Dependencies = {
  ledger: Ledger;
  flow: Flow;
  queues: Queues;
  providers: ProviderRegistry;
  reservations: Reservations;
  epoch: Epoch;
  due: DueShards;
  events: Pick<Events, 'adopted' | 'failed' | 'overdue' | 'rebuilt' | 'rogue'>;
  now: () => number;
  random: () => number;
  deploymentId: string;
  pollTickMs: number;
  walkMs: number;
  auditMs: number;
};

const OVERDUE_AT_ONCE = 500;
const RUN_CHECK_MS = 30_000;

/**
 * One round: asks every overdue shard what comes next, looks after runs that stand at ingest or export, walks each run
 * now and then, and, where Redis was lost, refills it from the ledger. Two at once are harmless.
 */
export const createReconciler = (dependencies: Dependencies): { round(): Promise<void> } => {
  const { ledger, flow, queues, providers, epoch, due, events, now, random, pollTickMs, walkMs, auditMs } =
    dependencies;
  const nextWalk = new Map<string, number>();
  const nextCheck = new Map<string, number>();
  const auditProvider = createAudit({ ...dependencies, settings: flow.settings });
  let nextAuditMs = now() + auditMs * (0.5 + random());

  const walk = async (run: RunRef): Promise<void> => {
    await flow.giveBackRoom(run);
    await flow.advanceRun(run);
    nextWalk.set(run.job, now() + walkMs * (0.75 + random() / 2));
  };

  const rebuild = async (): Promise<void> => {
    let runs = 0;
    for await (const run of ledger.openRuns(DEFAULT_TENANT)) {
      runs += 1;
      try {
        await refillPools(dependencies, run);
        await walk(run);
      } catch (error) {
        // a run whose records cannot be understood must not keep all others from being submitted
        if (!(error instanceof LedgerCorruptionError)) throw error;
        postponeRun(run, error);
      }
    }
    await epoch.set(String(now()));
    events.rebuilt(runs);
  };

  const checkRuns = async (): Promise<void> => {
    for await (const run of ledger.openRuns(DEFAULT_TENANT)) {
      try {
        if ((nextWalk.get(run.job) ?? 0) <= now()) await walk(run);
        else if ((nextCheck.get(run.job) ?? 0) <= now()) {
          nextCheck.set(run.job, now() + RUN_CHECK_MS);
          await flow.checkRun(run);
        }
      } catch (error) {
        postponeRun(run, error);
      }
    }
  };

  const postponeRun = (run: RunRef, error: unknown): void => {
    events.failed(error);
    nextWalk.set(run.job, now() + RUN_CHECK_MS);
  };

  /** One shard that cannot be advanced must not hold up those behind it. */
  const advance = async (shard: ShardRef): Promise<void> => {
    try {
      await flow.advance(shard);
    } catch (error) {
      events.failed(error);
      await due.set(shard, now() + RUN_CHECK_MS);
    }
  };

  /** Providers that are not set up are left out: nothing of ours can be there. */
  const audit = async (): Promise<void> => {
    nextAuditMs = now() + auditMs * (0.75 + random() / 2);
    for (const name of providers.names) {
      if (!providers.isConfigured(name)) continue;
      await auditProvider(providers.get(name)).catch(events.failed);
    }
  };

  return {
    async round() {
      for (const account of providers.names) await queues.every(pollDue, { account }, pollTickMs);
      if ((await epoch.get()) === null) await rebuild();
      const shards = await due.overdue(now(), OVERDUE_AT_ONCE);
      for (const shard of shards) await advance(shard);
      events.overdue(shards.length);
      await checkRuns();
      if (nextAuditMs <= now()) await audit();
    },
  };
};
