import { between } from './between.ts';

export type Statistics = {
  mean: number;
  /** Standard deviation of the sample (n − 1); null for a single value. May be infinite where the values are near the largest double. */
  std: number | null;
  min: number;
  max: number;
  /** How many standard deviations a value lies above the mean; only where there are two values that differ. */
  zscore(value: number): number;
};

/** Of at least one finite number. In two passes over values between −2 and 2, so that no square is too large or too small. */
export const statisticsOf = (values: readonly number[]): Statistics => {
  const { min, max } = rangeOf(values);
  if (min === max) return { mean: min, std: values.length > 1 ? 0 : null, min, max, zscore: () => 0 };
  const unit = unitOf(Math.max(Math.abs(min), Math.abs(max)));
  const rough = values.reduce((sum, value) => sum + value / unit, 0) / values.length;
  let distances = 0;
  let squares = 0;
  for (const value of values) {
    const distance = value / unit - rough;
    distances += distance;
    squares += distance * distance;
  }
  // What rounding took from the mean: it counts where the values differ in their last digits only.
  const correction = distances / values.length;
  const std = Math.sqrt((squares - distances * correction) / (values.length - 1));
  return {
    mean: (rough + correction) * unit,
    std: std * unit,
    min,
    max,
    zscore: (value) => (value / unit - rough - correction) / std,
  };
};

/** `share` in 0…1; of sorted numbers. Interpolated linearly, as numpy does by default. */
export const quantileOf = (sorted: ArrayLike<number>, share: number): number => {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  return between(low, sorted[below + 1] ?? low, place - below);
};

const rangeOf = (values: readonly number[]): { min: number; max: number } => {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
};

const LARGEST_EXPONENT = 1023;

/** A power of two, so that dividing by it changes no digit. */
const unitOf = (largest: number): number => 2 ** Math.min(Math.floor(Math.log2(largest)), LARGEST_EXPONENT);
