import { InputError, isFinalState } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import { checkProviders } from '../api/provider-of.ts';
import type { CommandContext } from '../command-context.ts';
import { confirmSpending, mustBeAgreed } from '../job/confirm-spending.ts';
import type { SpendingOptions } from '../job/confirm-spending.ts';
import { estimateCost } from '../job/estimate-cost.ts';
import type { Estimate } from '../job/estimate-cost.ts';
import { begunJob } from '../job/prepare-run.ts';
import type { PreparedRun } from '../job/prepare-run.ts';

/**
 * Asks once about the money for all files, but for those that were agreed to before. `maxCost` is for all files together:
 * each that still costs something gets its share, by what it is expected to cost.
 * @returns the runs, with their budgets; null where the answer is no
 */
export const agreeToFiles = async (
  context: CommandContext,
  api: Api,
  runs: readonly PreparedRun[],
  options: SpendingOptions,
): Promise<PreparedRun[] | null> => {
  const begun = new Map<PreparedRun, boolean>();
  for (const run of runs) {
    const job = await begunJob(api, run.known);
    if (job !== undefined) begun.set(run, isFinalState(job.state));
  }
  const fresh = runs.filter((run) => !begun.has(run));
  const [first] = fresh;
  const costsMoney = fresh.some(({ use }) => use.costsMoney);
  if (costsMoney) mustBeAgreed(context, options);
  if (first !== undefined) await checkProviders(context, first.loaded.compiled);

  const estimates = new Map<PreparedRun, Estimate>();
  const estimate = async (run: PreparedRun): Promise<Estimate> => {
    const known = estimates.get(run) ?? (await estimateCost(api.client, run.loaded));
    estimates.set(run, known);
    return known;
  };
  const estimateAll = async (): Promise<Estimate> => sumOf(await Promise.all(fresh.map(estimate)));
  if (first !== undefined && costsMoney) {
    const isAgreed = await confirmSpending(context, first.loaded.compiled, estimateAll, options);
    if (!isAgreed) return null;
  }
  if (options.maxCost === undefined) return [...runs];

  const open = runs.filter((run) => begun.get(run) !== true);
  const shares = sharesOf(options.maxCost, await Promise.all(open.map(estimate)));
  return runs.map((run) => (open.includes(run) ? withBudget(run, shares[open.indexOf(run)]) : run));
};

const sumOf = (estimates: readonly Estimate[]): Estimate => ({
  rows: estimates.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
  cost: estimates.reduce<Estimate['cost']>(
    (sum, { cost }) =>
      sum === null || cost === null ? null : { batch: sum.batch + cost.batch, realtime: sum.realtime + cost.realtime },
    { batch: 0, realtime: 0 },
  ),
  isFirstStepOnly: false,
});

/** A share above 0 for each, whatever is expected. */
const LEAST = 1e-9;

const sharesOf = (maxCost: number, estimates: readonly Estimate[]): number[] => {
  const weights = estimates.map(({ cost }) => {
    if (cost === null) throw new InputError([UNKNOWN_PRICE]);
    return Math.max(cost.batch, LEAST);
  });
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => (maxCost * weight) / sum);
};

const UNKNOWN_PRICE = {
  code: 'unknown-price',
  message: '--max-cost cannot be kept: no price is known for a model of these requests',
  remedy: 'Leave --max-cost out and limit the requests instead, or choose a model with a known price',
};

const withBudget = (run: PreparedRun, maxCost: number | undefined): PreparedRun => {
  if (maxCost === undefined) return run;
  const { loaded } = run;
  return {
    ...run,
    loaded: { ...loaded, set: { ...loaded.set, max_cost: maxCost }, compiled: { ...loaded.compiled, maxCost } },
  };
};
