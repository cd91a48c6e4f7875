import type { PartPlan, SubmissionRef } from '@batchmill/contracts';
import { budgets, epoch, tokenPools } from '@batchmill/queue';
import type { PoolAnswer, Queues } from '@batchmill/queue';
import { submissionEntry, submissionName } from './ids.ts';
import { poolOf } from './pool-limits.ts';
import type { PoolLimits } from './pool-limits.ts';

export type Reserved = { kind: 'reserved' } | { kind: 'wait' | 'over-budget'; reason: string };

/** Room in the provider's token pool and in the job's budget, taken before a submission and given back after it. */
export type Reservations = {
  /** Twice for the same submission is once. `maxCost` in US dollars. */
  take(ref: SubmissionRef, plan: PartPlan, maxCost: number | undefined): Promise<Reserved>;
  release(ref: SubmissionRef, plan: PartPlan): Promise<void>;
  /** After Redis was lost: a submission that may be at the provider holds its room again, whatever the limits say. */
  restore(ref: SubmissionRef, plan: PartPlan, holds: { tokens: boolean }): Promise<void>;
  /** The batch has ended: its tokens are free; its cost stays reserved until it is accounted. */
  releaseTokens(ref: SubmissionRef, plan: Pick<PartPlan, 'provider' | 'model'>): Promise<void>;
};

export const createReservations = ({ queues, limits }: { queues: Queues; limits: PoolLimits }): Reservations => {
  const pools = tokenPools(queues.redis);
  const budget = budgets(queues.redis);
  /** What is asked live waits in no queue of the provider. */
  const takeTokens = async (ref: SubmissionRef, plan: PartPlan): Promise<PoolAnswer> =>
    plan.mode === 'live'
      ? 'reserved'
      : pools.reserve(poolOf(plan), submissionName(ref), plan.estimatedTokens, limits(plan));
  return {
    async take(ref, plan, maxCost) {
      // Redis was lost: until the reconciler has refilled the pools they would seem empty
      if ((await epoch(queues.redis).get()) === null) return { kind: 'wait', reason: 'pools are being rebuilt' };
      const room = await takeTokens(ref, plan);
      // a part above the whole limit was cut by a higher one: the provider has the last word
      if (room === 'full')
        return { kind: 'wait', reason: `no room for ${plan.estimatedTokens} tokens of ${plan.model}` };
      const micros = Math.ceil(plan.estimatedCost * 1e6);
      const limit = maxCost === undefined ? null : Math.floor(maxCost * 1e6);
      if (await budget.reserve(ref.job, submissionEntry(ref), micros, limit)) return { kind: 'reserved' };
      await pools.release(poolOf(plan), submissionName(ref));
      return {
        kind: 'over-budget',
        reason: `the next ${unitOf(plan)} (about $${plan.estimatedCost.toFixed(4)}) would go over max_cost ($${maxCost ?? 0}); resume with a higher --max-cost, or cancel to keep what is done`,
      };
    },
    async release(ref, plan) {
      await pools.release(poolOf(plan), submissionName(ref));
      await budget.settle(ref.job, submissionEntry(ref), 0);
    },
    async restore(ref, plan, { tokens }) {
      if (tokens) await pools.reserve(poolOf(plan), submissionName(ref), plan.estimatedTokens, null);
      await budget.reserve(ref.job, submissionEntry(ref), Math.ceil(plan.estimatedCost * 1e6), null);
    },
    releaseTokens: (ref, plan) => pools.release(poolOf(plan), submissionName(ref)),
  };
};

const unitOf = ({ mode, requests }: PartPlan): string => (mode === 'live' ? `${requests.lines} requests` : 'batch');
