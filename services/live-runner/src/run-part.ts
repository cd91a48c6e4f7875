import type { PartRef } from '@batchmill/contracts';
import { liveSubmission, partEntry } from '@batchmill/flow';
import type { Attention, Flow, Reservations } from '@batchmill/flow';
import { attemptOf, nextOfPart } from '@batchmill/ledger';
import type { Control, Ledger, PartFacts } from '@batchmill/ledger';
import type { ChatProviderRegistry } from '@batchmill/providers';
import { done, postpone } from '@batchmill/queue';
import type { Handler, HandlerOutcome } from '@batchmill/queue';
import { BLOCKED_PAUSE_MS } from './account-gate.ts';
import type { AccountGate } from './account-gate.ts';
import { askPart } from './ask-part.ts';
import type { Events } from './events.ts';
import type { LiveSettings } from './live-settings.ts';
import { storeResults } from './store-results.ts';
import { watchTrouble } from './watch-trouble.ts';

export type Dependencies = {
  ledger: Ledger;
  flow: Flow;
  providers: ChatProviderRegistry;
  reservations: Reservations;
  attention: Attention;
  /** The gate of a provider account, the same for every part. */
  gateOf: (account: string) => AccountGate;
  settings: LiveSettings;
  worker: string;
  events: Events;
  monotonicMs: () => number;
  random: () => number;
};

const RESERVATION_RETRY_MS = 2000;

/** Asks the rows of one live part, or goes on with it, and stores its results as those of a batch. */
export const runPart =
  (dependencies: Dependencies): Handler<PartRef> =>
  async (ref, { signal }) => {
    const { flow } = dependencies;
    const { facts, control, pipeline } = await flow.shard(ref);
    const part = facts.shardClosed ? undefined : attemptOf(facts, ref.stage, ref.attempt)?.parts[ref.part];
    // a message that comes late finds results, or a paused run
    const isWanted = part !== undefined && nextOfPart(part, control, 0, flow.settings).runLive === true;
    if (isWanted) {
      // nothing is asked any more, and what is answered is stored
      const isStopped = control.cancelled || part.givenUp !== undefined;
      const outcome = isStopped
        ? await finish(dependencies, ref)
        : await work(dependencies, ref, part, { control, maxCost: control.maxCost ?? pipeline.maxCost, signal });
      if (outcome !== null) return outcome;
    }
    await flow.advance(ref);
    return done;
  };

type Circumstances = { control: Control; maxCost: number | undefined; signal: AbortSignal };

/** null: the ledger says something new. */
const work = async (
  dependencies: Dependencies,
  ref: PartRef,
  part: PartFacts,
  { maxCost, signal }: Circumstances,
): Promise<HandlerOutcome | null> => {
  const { ledger, providers, reservations, attention, gateOf, settings, worker, events } = dependencies;
  const reserved = await reservations.take(liveSubmission(ref), part.plan, maxCost);
  if (reserved.kind === 'over-budget') await attention.raise(ref.job, 'budget', reserved.reason);
  if (reserved.kind !== 'reserved') return postpone(RESERVATION_RETRY_MS);
  await attention.clear(ref.job, 'budget');

  const chat = providers.chat(part.plan.provider);
  const gate = gateOf(chat.account);
  const trouble = watchTrouble(attention, ref, dependencies.monotonicMs);
  const show = showNowAndThen(dependencies, ref);
  events.began(ref, part.plan.requests.lines, part.chunks?.length ?? 0);
  const end = await askPart(
    {
      chat,
      gate,
      ledger,
      settings,
      worker,
      monotonicMs: dependencies.monotonicMs,
      random: dependencies.random,
      readControl: () => ledger.control(ref),
      answered: trouble.answered,
      retried: (reason, message) => {
        trouble.failed(message);
        events.retried(reason);
      },
      recorded: (rows) => {
        events.recorded(rows, gate.underWay);
        show();
      },
    },
    ref,
    part,
    signal,
  ).finally(() => trouble.end());
  events.ended(ref, end.kind);
  switch (end.kind) {
    case 'finished':
    case 'cancelled':
      return finish(dependencies, ref);
    case 'paused':
      return null;
    case 'displaced':
      return done;
    case 'blocked':
      await attention.raise(ref.job, partEntry(ref), end.message);
      return postpone(BLOCKED_PAUSE_MS);
  }
};

const SHOW_MS = 1000;

/** Tells how far the shard is, but not with every checkpoint. */
const showNowAndThen = ({ flow, monotonicMs }: Dependencies, ref: PartRef): (() => void) => {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (monotonicMs() - shownAtMs < SHOW_MS) return;
    shownAtMs = monotonicMs();
    flow.showProgress(ref).catch(() => undefined);
  };
};

const finish = async ({ ledger, flow, attention, events }: Dependencies, ref: PartRef): Promise<null> => {
  const { facts } = await flow.shard(ref);
  const part = attemptOf(facts, ref.stage, ref.attempt)?.parts[ref.part];
  if (part !== undefined && part.results === undefined) events.stored(ref, await storeResults(ledger, ref, part));
  // a later run must not begin with what this one was waiting for
  for (const place of ['budget', partEntry(ref)]) await attention.clear(ref.job, place);
  return null;
};
