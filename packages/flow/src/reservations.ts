import { requestsBuilt } from '@batchmill/contracts';
import type { PartPlan, SubmissionRef } from '@batchmill/contracts';
import { lower } from '@batchmill/ledger';
import { budgets, epoch, tokenPools } from '@batchmill/queue';
import type { PoolAnswer, Queues } from '@batchmill/queue';
import { parseSubmissionName, submissionEntry, submissionName } from './ids.ts';
import { poolOf } from './pool-limits.ts';
import type { PoolLimits } from './pool-limits.ts';

export type Reserved =
  /** `alone`: nothing else of ours waits in this pool. */
  | { kind: 'reserved'; alone?: true }
  /** Look again after so long (ms), or when told. */
  | { kind: 'wait'; reason: string; waitMs: number }
  | { kind: 'over-budget'; reason: string }
  /** It does not fit into the empty pool either. */
  | { kind: 'too-large'; limitTokens: number };

/** Room in the provider's token pool and in the job's budget, taken before a submission and given back after it. */
export type Reservations = {
  /**
   * Twice for the same submission is once. `maxCost` in US dollars; `learnedTokens`: a limit of the pool that the provider
   * itself has named, null where it has named none.
   */
  take(
    ref: SubmissionRef,
    plan: PartPlan,
    maxCost: number | undefined,
    learnedTokens?: number | null,
  ): Promise<Reserved>;
  release(ref: SubmissionRef, plan: PartPlan): Promise<void>;
  /** After Redis was lost: a submission that may be at the provider holds its room again, whatever the limits say. */
  restore(ref: SubmissionRef, plan: PartPlan, holds: { tokens: boolean }): Promise<void>;
  /** The batch has ended: its tokens are free; its cost stays reserved until it is accounted. */
  releaseTokens(ref: SubmissionRef, plan: PartPlan): Promise<void>;
};

const REBUILT_MS = 2000;
/** Who stands in line is told when there is room; this is for what gets lost on the way. */
const UNTOLD_MS = 60_000;

export const createReservations = ({ queues, limits }: { queues: Queues; limits: PoolLimits }): Reservations => {
  const pools = tokenPools(queues.redis);
  const budget = budgets(queues.redis);
  const takeTokens = async (ref: SubmissionRef, plan: PartPlan, limitTokens: number | null): Promise<PoolAnswer> =>
    plan.mode === 'live'
      ? 'reserved'
      : pools.reserve(poolOf(plan), submissionName(ref), plan.estimatedTokens, limitTokens);
  return {
    async take(ref, plan, maxCost, learnedTokens = null) {
      // Redis was lost: until the reconciler has refilled the pools they would seem empty
      if ((await epoch(queues.redis).get()) === null)
        return { kind: 'wait', reason: 'pools are being rebuilt', waitMs: REBUILT_MS };
      // what is asked live waits in no queue of the provider
      const limitTokens = plan.mode === 'live' ? null : lower(limits(plan), learnedTokens);
      if (limitTokens !== null && plan.estimatedTokens > limitTokens) return { kind: 'too-large', limitTokens };
      const room = await takeTokens(ref, plan, limitTokens);
      if (room === 'full')
        return {
          kind: 'wait',
          reason: `no room for ${plan.estimatedTokens} tokens of ${plan.model}`,
          waitMs: UNTOLD_MS,
        };
      const micros = Math.ceil(plan.estimatedCost * 1e6);
      const limit = maxCost === undefined ? null : Math.floor(maxCost * 1e6);
      if (await budget.reserve(ref.job, submissionEntry(ref), micros, limit)) {
        const isAlone = plan.mode !== 'live' && (await pools.holdings(poolOf(plan))).size === 1;
        return { kind: 'reserved', ...(isAlone ? { alone: true as const } : {}) };
      }
      await giveTokensBack(queues, ref, plan);
      return {
        kind: 'over-budget',
        reason: `the next ${unitOf(plan)} (about $${plan.estimatedCost.toFixed(4)}) would go over max_cost ($${maxCost ?? 0}); resume with a higher --max-cost, or cancel to keep what is done`,
      };
    },
    async release(ref, plan) {
      await giveTokensBack(queues, ref, plan);
      await budget.settle(ref.job, submissionEntry(ref), 0);
    },
    async restore(ref, plan, { tokens }) {
      if (tokens) await pools.reserve(poolOf(plan), submissionName(ref), plan.estimatedTokens, null);
      await budget.reserve(ref.job, submissionEntry(ref), Math.ceil(plan.estimatedCost * 1e6), null);
    },
    releaseTokens: (ref, plan) => giveTokensBack(queues, ref, plan),
  };
};

/** Frees what a submission holds in its pool, and tells those who waited for it. */
export const giveTokensBack = async (queues: Queues, ref: SubmissionRef, plan: PartPlan): Promise<void> => {
  const next = await tokenPools(queues.redis).release(poolOf(plan), submissionName(ref), plan.estimatedTokens);
  for (const name of next) {
    const waiting = parseSubmissionName(name);
    if (waiting !== null) await queues.send(requestsBuilt, waiting);
  }
};

const unitOf = ({ mode, requests }: PartPlan): string => (mode === 'live' ? `${requests.lines} requests` : 'batch');
