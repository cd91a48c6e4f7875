import type { NormalizeOptions } from '@batchmill/pipeline';
import { quantileOf, statisticsOf } from './statistics.ts';

export type Limited = { values: (number | null)[]; clipped: number };

/** Values beyond a limit become the limit; `clipped` counts those that were moved. */
export const limitExtremes = (
  values: (number | null)[],
  options: Pick<NormalizeOptions, 'clip' | 'winsorize'>,
): Limited => {
  const limits = limitsOf(values, options);
  if (limits === null) return { values, clipped: 0 };
  let clipped = 0;
  const limited = values.map((value) => {
    if (value === null) return null;
    const inside = Math.min(Math.max(value, limits.low), limits.high);
    if (inside !== value) clipped += 1;
    return inside;
  });
  return { values: limited, clipped };
};

type Limits = { low: number; high: number };

const limitsOf = (
  values: readonly (number | null)[],
  { clip, winsorize }: Pick<NormalizeOptions, 'clip' | 'winsorize'>,
): Limits | null => {
  if (clip === undefined && winsorize === undefined) return null;
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  if (clip !== undefined && 'sigma' in clip) return sigmaLimits(known, clip.sigma);
  const sorted = Float64Array.from(known).sort();
  if (clip !== undefined)
    return { low: quantileOf(sorted, clip.quantile[0]), high: quantileOf(sorted, clip.quantile[1]) };
  return winsorize === undefined ? null : winsorLimits(sorted, winsorize.quantile);
};

const sigmaLimits = (known: readonly number[], sigma: number): Limits => {
  const { mean, std } = statisticsOf(known);
  const distance = sigma * (std ?? 0);
  return { low: mean - distance, high: mean + distance };
};

/** As scipy: at each end the whole number of values below share · n moves to the nearest that stays. */
const winsorLimits = (sorted: Float64Array, share: number): Limits => {
  const moved = Math.floor(share * sorted.length);
  return { low: sorted[moved] ?? -Infinity, high: sorted[sorted.length - moved - 1] ?? Infinity };
};
