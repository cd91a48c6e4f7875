import { resultsStored } from '@batchmill/contracts';
import type { AttemptRef, GenerateStage } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { attemptOf, checkOutcomes, isGivenUp, keys, nextOfPart } from '@batchmill/ledger';
import type { AttemptFacts, Ledger, ShardFacts } from '@batchmill/ledger';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import { closeStage } from './close-stage.ts';
import { decideOutcomes } from './decide-outcomes.ts';
import type { Events } from './events.ts';
import { writeOutcomes } from './write-outcomes.ts';

export type Dependencies = { ledger: Ledger; flow: Flow; events: Events; now: () => number };

/** Gives every row of an attempt its outcome, or the next attempt; closes the stage when no row is asked again. */
export const accountAttempt =
  (dependencies: Dependencies): Handler<AttemptRef> =>
  async (ref) => {
    const { ledger, flow } = dependencies;
    let { facts } = await flow.shard(ref);
    const stage = facts.current?.stage;
    const isOver = facts.shardClosed || isGivenUp(facts.quarantined, { ...ref, queue: resultsStored.name });
    if (isOver || stage?.number !== ref.stage || stage.kind !== 'generate') {
      await flow.advance(ref);
      return done;
    }
    if (attemptOf(facts, ref.stage, ref.attempt)?.outcomes === undefined) {
      if (!(await account(dependencies, ref, facts, stage))) {
        await flow.advance(ref);
        return done;
      }
      ({ facts } = await flow.shard(ref));
    }
    const outcomes = attemptOf(facts, ref.stage, ref.attempt)?.outcomes;
    if (outcomes?.again.rows === 0) {
      // reservations of this stage are given back while its attempts can still be seen
      await flow.showProgress(ref);
      await closeStage(ledger, facts, stage);
    }
    await flow.advance(ref);
    return done;
  };

/** False where the attempt cannot be accounted yet. */
const account = async (
  { ledger, flow, events, now }: Dependencies,
  ref: AttemptRef,
  facts: ShardFacts,
  stage: GenerateStage,
): Promise<boolean> => {
  const { pipeline } = await flow.job(ref);
  const control = await ledger.control(ref);
  let attempt: AttemptFacts = attemptOf(facts, ref.stage, ref.attempt) ?? { attempt: ref.attempt, parts: [] };
  if (attempt.plan === undefined) {
    const because = facts.quarantined.length > 0 ? 'quarantined' : 'cancelled';
    if (because === 'cancelled' && !control.cancelled) return false;
    // takes the plan's place, so that no builder can plan and no submitter can pay for this attempt any more
    const { record } = await ledger.write(keys.plan(ref), { rows: 0, asked: 0, parts: [], withdrawn: true, because });
    if (record.withdrawn !== true) return false;
    attempt = { ...attempt, plan: record };
  }
  if (!attempt.parts.every((part) => nextOfPart(part, control, now(), flow.settings).settled)) return false;
  const decided = await decideOutcomes(ledger, { ref, facts, attempt, stage, vars: pipeline.vars, control });
  const outcomes = checkOutcomes(await writeOutcomes(ledger, ref, decided));
  await ledger.write(keys.outcomes(ref), outcomes);
  events.accounted(ref, outcomes);
  return true;
};
