export type Reference = {
  values: number[];
  mean: number;
  std: number;
  min: number;
  max: number;
  missing: number;
  clipped: number;
};

/**
 * What `normalize` with `interpolate` and `clip: { quantile }` has to give, by other ways of computing: weights of the two
 * neighbours, quantiles as weighted neighbours, Welford's one pass.
 */
export const referenceNormalization = (
  found: readonly (number | null)[],
  [low, high]: readonly [number, number],
): Reference => {
  const whole = found.map((value, index) => value ?? weighted(found, index));
  const sorted = [...whole].sort((a, b) => a - b);
  const limits = [quantile(sorted, low), quantile(sorted, high)] as const;
  const clipped = whole.map((value) => (value < limits[0] ? limits[0] : value > limits[1] ? limits[1] : value));
  const { mean, std } = welford(clipped);
  const ends = [...clipped].sort((a, b) => a - b);
  return {
    values: clipped.map((value) => (ends[0] === ends.at(-1) ? 0 : (value - mean) / std)),
    mean,
    std,
    min: ends[0] ?? Number.NaN,
    max: ends.at(-1) ?? Number.NaN,
    missing: found.filter((value) => value === null).length,
    clipped: clipped.filter((value, index) => value !== whole[index]).length,
  };
};

/** The nearest known values on both sides, each weighing as much as the other is far. */
const weighted = (found: readonly (number | null)[], index: number): number => {
  let left = index;
  while (found[left] === null) left -= 1;
  let right = index;
  while (found[right] === null) right += 1;
  const [before, after] = [found[left] ?? Number.NaN, found[right] ?? Number.NaN];
  return (before * (right - index) + after * (index - left)) / (right - left);
};

const quantile = (sorted: readonly number[], share: number): number => {
  const place = (sorted.length - 1) * share;
  const low = Math.floor(place);
  const high = Math.ceil(place);
  const weight = place - low;
  const [below, above] = [sorted[low] ?? Number.NaN, sorted[high] ?? Number.NaN];
  // The weighted sum of two equal values may differ from them in the last digit, and would seem to move them.
  return below === above ? below : below * (1 - weight) + above * weight;
};

const welford = (values: readonly number[]): { mean: number; std: number } => {
  let mean = 0;
  let squares = 0;
  for (const [index, value] of values.entries()) {
    const distance = value - mean;
    mean += distance / (index + 1);
    squares += distance * (value - mean);
  }
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
};
