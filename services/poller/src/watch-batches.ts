import type { SubmissionRef } from '@batchmill/contracts';
import type { Flow, Reservations } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { BatchProvider, ProviderRegistry } from '@batchmill/providers';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import { batchStates } from './batch-states.ts';
import type { Events } from './events.ts';
import type { PollInterval } from './poll-interval.ts';
import { recordEnd, recordVanished } from './record-end.ts';

/** The open batches of an account: an index that can be rebuilt from the ledger. */
export type InFlight = {
  list(account: string): Promise<Map<string, SubmissionRef>>;
  remove(account: string, batchId: string): Promise<void>;
};

export type Dependencies = {
  ledger: Ledger;
  flow: Flow;
  providers: ProviderRegistry;
  inFlight: InFlight;
  reservations: Reservations;
  interval: PollInterval;
  events: Events;
  now: () => number;
};

// a provider that answers 404 may only be slow to show a new batch; rows of a vanished one are asked, and paid, again
const LOOKS_BEFORE_VANISHED = 5;

/** Asks a provider account what became of its open batches, and records every one that has ended. */
export const watchBatches = (dependencies: Dependencies): Handler<{ account: string }> => {
  const { ledger, flow, providers, inFlight, reservations, interval, events, now } = dependencies;
  const unseen = new Map<string, { looks: number; sinceMs: number }>();

  const end = async (account: string, ref: SubmissionRef, batchId: string, record: () => Promise<void>) => {
    await record();
    const plan = (await ledger.read(keys.plan(ref)))?.parts[ref.part];
    if (plan !== undefined) await reservations.releaseTokens(ref, plan);
    await inFlight.remove(account, batchId);
    await flow.advance(ref);
  };

  const look = async (account: string, provider: BatchProvider, open: Map<string, SubmissionRef>): Promise<boolean> => {
    let someEnded = false;
    const failures: unknown[] = [];
    const askedAtMs = now();
    for await (const { batchId, batch } of batchStates(provider, [...open.keys()])) {
      const ref = open.get(batchId);
      if (ref === undefined) continue;
      if (batch !== null) unseen.delete(batchId);
      if (batch === null ? !hasVanished(batchId, askedAtMs) : batch.state === 'open') continue;
      try {
        if (batch === null) {
          events.vanished(ref, batchId);
          await end(account, ref, batchId, () => recordVanished(ledger, ref, batchId));
          unseen.delete(batchId);
        } else {
          await end(account, ref, batchId, () => recordEnd(ledger, ref, batch));
          events.ended(ref, batch);
        }
        someEnded = true;
      } catch (error) {
        // one that cannot be recorded must not hold up the others
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} batches could not be recorded`);
    return someEnded;
  };

  // an answer shows what was there when it was asked for, however long it takes
  const hasVanished = (batchId: string, askedAtMs: number): boolean => {
    const { looks, sinceMs } = unseen.get(batchId) ?? { looks: 0, sinceMs: now() };
    unseen.set(batchId, { looks: looks + 1, sinceMs });
    return looks + 1 >= LOOKS_BEFORE_VANISHED && askedAtMs - sinceMs >= flow.settings.settleMs;
  };

  return async ({ account }) => {
    const open = await inFlight.list(account);
    const ids = [...open.keys()];
    if (ids.length === 0 || !interval.isDue(account, ids, now())) return done;
    let someEnded = false;
    try {
      someEnded = await look(account, providers.get(account), open);
    } finally {
      // also after a failure: a provider in trouble is not asked every second
      interval.looked(account, ids, someEnded, now());
    }
    return done;
  };
};
