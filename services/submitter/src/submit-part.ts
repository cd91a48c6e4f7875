import type { PartRef } from '@batchmill/contracts';
import type { Flow, Reservations } from '@batchmill/flow';
import { attemptOf, keys, learnedLimits, nextOfPart } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { ProviderRegistry } from '@batchmill/providers';
import { done, postpone } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import { placePart } from './place-part.ts';
import type { Ports } from './submission.ts';

export type Dependencies = Omit<Ports, 'provider' | 'readControl' | 'isGivenUp' | 'settings'> & {
  ledger: Ledger;
  flow: Flow;
  providers: ProviderRegistry;
  reservations: Reservations;
};

/** Brings one part of an attempt to the provider, or finds out whether it is there already. */
export const submitPart =
  ({ flow, providers, ...ports }: Dependencies): Handler<PartRef & { submission: number }> =>
  async (ref) => {
    const { facts, control, pipeline } = await flow.shard(ref);
    const part = facts.shardClosed ? undefined : attemptOf(facts, ref.stage, ref.attempt)?.parts[ref.part];
    if (part === undefined) {
      await flow.advance(ref);
      return done;
    }
    const next = nextOfPart(part, control, ports.now(), flow.settings);
    if (next.submit?.submission !== ref.submission) {
      await flow.advance(ref);
      return done;
    }
    const step = await placePart(
      {
        ...ports,
        provider: providers.get(part.plan.provider),
        settings: flow.settings,
        readControl: () => ports.ledger.control(ref),
        isGivenUp: () => ports.ledger.exists(keys.quarantined(ref)),
      },
      {
        ref,
        part,
        plan: part.plan,
        facts: part.submissions.find(({ number }) => number === ref.submission) ?? { number: ref.submission },
        maxCost: pipeline.maxCost,
        learnedTokens: learnedLimits(facts.current?.attempts ?? [], part.plan).limitTokens,
      },
    );
    if (step.kind === 'wait') return postpone(step.waitMs);
    await flow.advance(ref);
    return done;
  };
