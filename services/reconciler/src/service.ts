import { dueShards, epoch } from '@batchmill/queue';
import type { ServiceDefinition } from '@batchmill/service-host';
import { createCollector } from './collect-blobs.ts';
import { configSchema } from './config.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { createReconciler } from './reconcile.ts';
import { runRounds } from './run-rounds.ts';

export const service: ServiceDefinition<Config> = {
  name: 'reconciler',
  config: configSchema,
  async start(context) {
    const { ledger, flow, queues, providers, reservations, deploymentId } = context.backends;
    const events = createEvents(context.log, context.metrics);
    const reconciler = createReconciler({
      ledger,
      flow,
      queues,
      providers,
      reservations,
      epoch: epoch(queues.redis),
      due: dueShards(queues.redis),
      events,
      now: Date.now,
      random: Math.random,
      pollTickMs: context.config.POLL_TICK_MS,
      deploymentId,
      auditMs: context.config.RECONCILE_AUDIT_MS,
      walkMs: context.config.RECONCILE_WALK_MS,
    });
    const pauseMs = context.config.RECONCILE_INTERVAL_MS;
    const running = [runRounds(() => reconciler.round(), pauseMs, events.failed)];
    const ageMs = context.config.RECONCILE_BLOB_AGE_MS;
    if (ageMs > 0) {
      const collector = createCollector({ ledger, events, now: Date.now, random: Math.random, ageMs });
      running.push(runRounds(() => collector.round(), pauseMs, events.failed));
    }
    return {
      close: async (deadlineMs) => void (await Promise.all(running.map((rounds) => rounds.close(deadlineMs)))),
    };
  },
};
