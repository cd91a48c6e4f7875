/** The smallest value that this share of the values does not exceed. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

/** `72 times, p50 1.2 s, p95 3.4 s, most 5.6 s` */
export const tellSeconds = (values: readonly number[]): string => {
  const at = (share: number): string => `${percentile(values, share).toFixed(1)} s`;
  return `${values.length} times, p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}`;
};
