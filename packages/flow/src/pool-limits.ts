import type { PartPlan } from '@batchmill/contracts';

/** Enqueued tokens a provider takes for a model; null = no limit known. */
export type PoolLimits = (plan: Pick<PartPlan, 'provider' | 'model'>) => number | null;
