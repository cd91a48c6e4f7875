import type { PartPlan } from '@batchmill/contracts';
import type { TokenPool } from '@batchmill/queue';

/** Enqueued tokens a provider takes for a model; null = no limit known. */
export type PoolLimits = (plan: Pick<PartPlan, 'provider' | 'model'>) => number | null;

/** The pool of waiting tokens a part takes its room from. */
export const poolOf = ({ provider, model }: Pick<PartPlan, 'provider' | 'model'>): TokenPool => ({
  account: provider,
  model,
});
