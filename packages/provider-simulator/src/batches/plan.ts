import type { SimulatorTiming } from '../options.ts';
import { drawFor } from '../random.ts';
import type { BatchRecord } from '../state/records.ts';

/** How long a batch takes in each state, in virtual ms. Depends on the seed, its number, its size and its fate only. */
export type BatchPlan = { validatingMs: number; runningMs: number; finalizingMs: number; cancellingMs: number };

const MIB = 1_048_576;

export const planFor = (batch: BatchRecord, requests: number, timing: SimulatorTiming): BatchPlan => {
  // Squared: short times are more frequent than long ones.
  const within = ([least, most]: readonly [number, number], name: string): number =>
    Math.round(least + (most - least) * drawFor(`${batch.seed} ${name} ${batch.seq}`) ** 2);
  return {
    validatingMs:
      within(timing.validatingMs, 'validating') + Math.round((batch.inputBytes / MIB) * timing.validatingMsPerMiB),
    runningMs: Math.max(
      1,
      within(timing.runningMs, 'running') + requests * timing.runningMsPerRow + (batch.fate?.slowByMs ?? 0),
    ),
    finalizingMs: within(timing.finalizingMs, 'finalizing'),
    cancellingMs: within(timing.cancellingMs, 'cancelling'),
  };
};

/** Where and when the running of a batch ends, and in which way. */
export type RunEnd = { rows: number; atMs: number; how: 'finalizing' | 'expired' | 'failed' | 'cancelled' };

export const runEndFor = (batch: BatchRecord, startMs: number, plan: BatchPlan): RunEnd => {
  const { total } = batch.counts;
  const naturalEndMs = startMs + plan.runningMs;
  const { ends, afterShare = 1 } = batch.fate ?? {};
  if (ends !== undefined) {
    return { rows: Math.floor(total * afterShare), atMs: startMs + plan.runningMs * afterShare, how: ends };
  }
  if (naturalEndMs + plan.finalizingMs <= batch.expiresMs) {
    return { rows: total, atMs: naturalEndMs, how: 'finalizing' };
  }
  const share = Math.min(1, Math.max(0, (batch.expiresMs - startMs) / plan.runningMs));
  return { rows: Math.floor(total * share), atMs: Math.max(startMs, batch.expiresMs), how: 'expired' };
};
