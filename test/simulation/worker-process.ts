import {
  batchEnded,
  cancelRequested,
  jobReadyToExport,
  pollDue,
  requestsBuilt,
  resultsStored,
  rowsReady,
  submissionRefSchema,
} from '@batchmill/contracts';
import type { QueueContract } from '@batchmill/contracts';
import { attention, createFlow, createReservations, quarantine } from '@batchmill/flow';
import type { FlowSettings } from '@batchmill/flow';
import { openLedger } from '@batchmill/ledger';
import type { ObjectStore } from '@batchmill/object-store';
import type { BatchProvider, ProviderRegistry } from '@batchmill/providers';
import { done, dueShards, epoch, inFlight } from '@batchmill/queue';
import type { Handler, HandlerOutcome, Queues } from '@batchmill/queue';
import { PollInterval } from '@batchmill/service-poller/poll-interval';
import { watchBatches } from '@batchmill/service-poller/watch-batches';
import { accountAttempt } from '@batchmill/service-post-processor/account-attempt';
import { createReconciler } from '@batchmill/service-reconciler/reconcile';
import { fetchResults } from '@batchmill/service-retriever/fetch-results';
import { cancelBatch } from '@batchmill/service-submitter/cancel-batch';
import { submitPart } from '@batchmill/service-submitter/submit-part';
import { buildPlan } from './build-plan.ts';
import type { Message } from './hint-queues.ts';
import { PROVIDER } from './provider-port.ts';
import type { Actor, Scheduler } from './scheduler.ts';

/** A process that runs every service of the data's way on ports of its own; its memory is gone when it dies. */
export type WorkerProcess = {
  readonly actor: Actor;
  handle(message: Message): Promise<HandlerOutcome>;
  reconcile(): Promise<void>;
};

export type Surroundings = {
  scheduler: Scheduler;
  store: ObjectStore;
  queues: Queues;
  provider: BatchProvider;
  settings: FlowSettings;
  parts: number;
  skewMs: number;
  nonce: () => string;
  /** Whether the next message is given up, as if it had killed its process again and again. */
  givesUp: () => boolean;
};

const workSchema = submissionRefSchema.partial({
  shard: true,
  stage: true,
  attempt: true,
  part: true,
  submission: true,
});

export const POLL_TICK_MS = 5000;
const CLAIM_DEADLINE_MS = 30_000;
const WALK_MS = 240_000;
const AUDIT_MS = 200_000;

export const startProcess = (actor: Actor, surroundings: Surroundings): WorkerProcess => {
  const { scheduler, store, queues, provider, settings, parts, skewMs, nonce, givesUp } = surroundings;
  const now = (): number => scheduler.nowMs + skewMs;
  const ledger = openLedger({ store, now, nonce });
  const flow = createFlow({ ledger, queues, settings, now });
  const reservations = createReservations({ queues, limits: ({ model }) => provider.limits.enqueuedTokens(model) });
  const providers: ProviderRegistry = {
    names: [PROVIDER],
    get: () => provider,
    isConfigured: () => true,
    settings: () => settings,
  };
  const tell = (what: string) => (): void => scheduler.tell(actor, `* ${what}`);
  const handlers = new Map<string, Handler<unknown>>();
  // as the queue does: a payload is what its contract says, and the work may be given up
  const on = <Payload>(contract: QueueContract<Payload>, handler: Handler<Payload>): void =>
    void handlers.set(contract.name, async (sent, context) => {
      const payload = contract.payload.parse(sent);
      const work = workSchema.safeParse(payload);
      if (work.data?.shard === undefined || !givesUp()) return handler(payload, context);
      scheduler.tell(actor, 'GIVES UP');
      await quarantine(ledger, flow, contract.name)(work.data, { code: 'crashed', message: 'died three times' });
      return done;
    });

  on(rowsReady, buildPlan({ ledger, flow, provider, parts }));
  on(
    requestsBuilt,
    submitPart({
      ledger,
      flow,
      providers,
      reservations,
      attention: attention(queues),
      deploymentId: 'simulated',
      worker: actor.name,
      claimDeadlineMs: CLAIM_DEADLINE_MS,
      now,
      monotonicMs: () => scheduler.nowMs,
      events: {
        placed: tell('placed'),
        adopted: tell('adopted'),
        ambiguous: tell('ambiguous'),
        fenced: tell('fenced'),
        refused: tell('refused'),
        withdrawn: (_, because) => scheduler.tell(actor, `* withdrawn because ${because}`),
      },
    }),
  );
  on(cancelRequested, cancelBatch({ ledger, flow, providers }));
  on(
    pollDue,
    watchBatches({
      ledger,
      flow,
      providers,
      inFlight: inFlight(queues.redis),
      reservations,
      interval: new PollInterval(POLL_TICK_MS, 60_000),
      events: { ended: tell('ended'), vanished: tell('vanished') },
      now,
    }),
  );
  on(
    batchEnded,
    fetchResults({
      ledger,
      flow,
      providers,
      now,
      events: { stored: tell('stored'), gone: tell('gone'), cut: tell('cut') },
    }),
  );
  on(jobReadyToExport, async () => done);
  on(resultsStored, accountAttempt({ ledger, flow, now, events: { accounted: tell('accounted') } }));

  const reconciler = createReconciler({
    ledger,
    flow,
    queues,
    providers,
    reservations,
    epoch: epoch(queues.redis),
    due: dueShards(queues.redis),
    events: {
      adopted: tell('audit adopted'),
      rogue: tell('audit found a rogue'),
      overdue: () => undefined,
      rebuilt: tell('rebuilt'),
      failed: () => undefined,
    },
    now,
    random: () => scheduler.random.next(),
    deploymentId: 'simulated',
    pollTickMs: POLL_TICK_MS,
    walkMs: WALK_MS,
    auditMs: AUDIT_MS,
  });

  return {
    actor,
    handle: ({ queue, payload, tries }) => {
      const handler = handlers.get(queue);
      if (handler === undefined) throw new Error(`nobody consumes ${queue}`);
      return handler(payload, { signal: new AbortController().signal, attempt: tries + 1, crashes: 0 });
    },
    reconcile: () => reconciler.round(),
  };
};
