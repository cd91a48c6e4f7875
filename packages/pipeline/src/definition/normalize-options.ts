import { z } from 'zod';
import { orTemplate } from './before-variables.ts';

export const NORMALIZE_METHODS = ['zscore', 'minmax', 'none'] as const;
export const MISSING_VALUES = ['keep', 'drop', 'interpolate', 'forward-fill'] as const;
export const INFINITE_VALUES = ['missing', 'reject'] as const;
export const CONSTANT_SERIES = ['zero', 'keep', 'reject'] as const;

const FIELD = 'a field name';
const fieldName = z.string({ error: FIELD }).min(1, { error: FIELD });
const QUANTILE = 'a share of the values, from 0 to below 0.5';
const LIMITS = 'two shares of the values, such as [0.01, 0.99]';
const CLIP = '{ sigma: 3 } or { quantile: [0.01, 0.99] }';
const share = z.number({ error: LIMITS }).min(0, { error: LIMITS }).max(1, { error: LIMITS });

/**
 * Options of `normalize`, which makes lists of numbers ready for a model. What is done, in this order:
 *
 * 1. `infinities`; a value that is null, not a number (NaN) or an empty text is missing.
 * 2. Missing values at the end are padding and are cut off, whatever `missing` says.
 * 3. `missing`, for those before it.
 * 4. `clip` or `winsorize` (at most one of them), by the values that are there.
 * 5. `method`, by the values that are then there; where they are all equal, `constant`.
 *
 * A row whose field is no list of numbers is rejected; a list without any value becomes an empty one.
 */
export const normalizeOptionsSchema = z.strictObject({
  /** A field with a list of numbers, or several. */
  field: z.union([fieldName, z.array(fieldName).min(1)], { error: 'a field name or a list of field names' }),
  /**
   * `zscore`: (x − mean) / standard deviation of the sample (n − 1), without an epsilon. `minmax`: from 0 to 1. `none`:
   * the values stay, cleaned.
   */
  method: orTemplate(z.enum(NORMALIZE_METHODS)).default('zscore'),
  /**
   * `keep`: null in the new list. `drop`: left out, so that the list gets shorter. `interpolate`: on the straight line
   * between its neighbours; at the beginning, the first value. `forward-fill`: the value before it; at the beginning,
   * the first value.
   */
  missing: orTemplate(z.enum(MISSING_VALUES)).default('keep'),
  /** Infinite values: they count as `missing`, or the row is rejected. */
  infinities: orTemplate(z.enum(INFINITE_VALUES)).default('missing'),
  /**
   * Values beyond a limit become the limit. `sigma`: mean ± so many standard deviations of the sample. `quantile`: the
   * low and the high quantile, interpolated linearly (numpy's default).
   */
  clip: z
    .union(
      [
        z.strictObject({ sigma: orTemplate(z.number({ error: CLIP }).positive({ error: 'a number of more than 0' })) }),
        z.strictObject({ quantile: orTemplate(z.tuple([share, share], { error: LIMITS })) }),
      ],
      { error: CLIP },
    )
    .optional(),
  /** The lowest and the highest ⌊quantile · n⌋ values become the nearest value that is left (scipy's rule). */
  winsorize: z
    .strictObject({
      quantile: orTemplate(z.number({ error: QUANTILE }).min(0, { error: QUANTILE }).lt(0.5, { error: QUANTILE })),
    })
    .optional(),
  /** A list of equal values, one value included. `zero`: all 0. `keep`: as they are. `reject`: the row is rejected. */
  constant: orTemplate(z.enum(CONSTANT_SERIES)).default('zero'),
  /** New field for the one `field`, or a map of new field to field. Absent: in place. */
  into: z
    .union([fieldName, z.record(z.string(), fieldName)], { error: 'a field name, or a map of new field to field' })
    .optional(),
});
export type NormalizeOptions = z.output<typeof normalizeOptionsSchema>;

/**
 * What was done to one list. The field `normalization` of a row is a map of new field to this; a later step adds to it. Numbers that do not exist (the deviation of one value) are null, never NaN. */
export type Normalization = {
  /** Where the values come from. */
  field: string;
  method: (typeof NORMALIZE_METHODS)[number];
  /** Elements of the new list. */
  points: number;
  /** Of the values by which `method` scales: after cleaning and clipping, before scaling. */
  mean: number | null;
  /** Standard deviation of the sample (n − 1). */
  std: number | null;
  min: number | null;
  max: number | null;
  /** Missing values, those cut off at the end apart; infinite ones that count as missing are in both numbers. */
  missing: number;
  /** Missing values that were given a value. */
  filled: number;
  /** Missing values at the end, which were cut off. */
  trimmed: number;
  infinite: number;
  /** Values moved by `clip` or `winsorize`. */
  clipped: number;
  /** All values are equal, or there is only one. */
  constant: boolean;
};

/** Field → new field, in order. The checks have made sure that `into` names each field once. */
export const normalizedFields = ({
  field,
  into,
}: Pick<NormalizeOptions, 'field' | 'into'>): { from: string; to: string }[] => {
  if (into === undefined) return [field].flat().map((from) => ({ from, to: from }));
  if (typeof into === 'string') return [field].flat().map((from) => ({ from, to: into }));
  return Object.entries(into).map(([to, from]) => ({ from, to }));
};
