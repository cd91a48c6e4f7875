import type { Json } from '@batchmill/contracts';
import type { Normalization, NormalizeOptions } from '@batchmill/pipeline';
import { RowTransformError } from '../row-transform-error.ts';
import { fillMissing } from './fill-missing.ts';
import { limitExtremes } from './limit-extremes.ts';
import { readNumbers } from './read-numbers.ts';
import { statisticsOf } from './statistics.ts';
import type { Statistics } from './statistics.ts';

export type NormalizedList = { values: (number | null)[]; report: Normalization };

/** One list of a row, made ready as the options say. Throws `RowTransformError`. */
export const normalizeList = (field: string, list: Json | undefined, options: NormalizeOptions): NormalizedList => {
  const { values: read, infinite } = readNumbers(field, list);
  if (infinite > 0 && options.infinities === 'reject') {
    throw new RowTransformError('infinite-values', `normalize: the field "${field}" has ${infinite} infinite values`);
  }
  const { values: whole, ...gaps } = fillMissing(read, options.missing);
  const { values: limited, clipped } = limitExtremes(whole, options);
  const known = limited.filter((value) => value !== null);
  const statistics = known.length === 0 ? null : checked(field, statisticsOf(known), options);
  const scale = statistics === null ? asItIs : scaleOf(statistics, options);
  const values = limited.map((value) => (value === null ? null : scale(value)));
  const report: Normalization = {
    field,
    method: options.method,
    points: values.length,
    mean: statistics?.mean ?? null,
    std: statistics?.std ?? null,
    min: statistics?.min ?? null,
    max: statistics?.max ?? null,
    ...gaps,
    infinite,
    clipped,
    constant: statistics !== null && statistics.min === statistics.max,
  };
  return { values, report };
};

const checked = (field: string, statistics: Statistics, { constant }: NormalizeOptions): Statistics => {
  const { min, max, std } = statistics;
  if (min === max && constant === 'reject') {
    throw new RowTransformError('constant-series', `normalize: all values of the field "${field}" are ${min}`);
  }
  if (std !== null && !Number.isFinite(std)) {
    const message = `normalize: the values of the field "${field}" lie too far apart: their standard deviation is beyond the largest number`;
    throw new RowTransformError('numbers-too-large', message);
  }
  return statistics;
};

const asItIs = (value: number): number => value;

const scaleOf = (
  { min, max, zscore }: Statistics,
  { method, constant }: NormalizeOptions,
): ((value: number) => number) => {
  if (method === 'none') return asItIs;
  if (min === max) return constant === 'keep' ? asItIs : () => 0;
  if (method === 'zscore') return zscore;
  const range = max - min;
  if (Number.isFinite(range)) return (value) => (value - min) / range;
  // The range of two finite numbers may be too large for a number, half of it never is.
  return (value) => (value / 2 - min / 2) / (max / 2 - min / 2);
};
