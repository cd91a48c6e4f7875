import type { FilterImplOptions } from 'liquidjs';

/** Filters of Batchmill beside those of LiquidJS. */
export const ownFilters: Record<string, FilterImplOptions> = {
  /** JSON text; the keys stay in the order they have. A missing value becomes `null`. */
  json: (value: unknown, indent: unknown) => JSON.stringify(value ?? null, null, Number(indent ?? 0)),
  /** The value a JSON text stands for; null where it is no JSON. */
  from_json: (value: unknown) => {
    if (typeof value !== 'string') return value ?? null;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return null;
    }
  },
  /** A list without its last element. */
  pop: (value: unknown) => (Array.isArray(value) ? value.slice(0, -1) : []),
};

/**
 * `sample` draws at random, so that the same row would not give the same request twice; `raw` would let a list or null
 * into text; `jsonify` and `inspect` are other names of `json`; those with `_exp` would read a row's text as an expression.
 */
export const REMOVED_FILTERS = [
  'sample',
  'raw',
  'jsonify',
  'inspect',
  'where_exp',
  'reject_exp',
  'group_by_exp',
  'has_exp',
  'find_exp',
  'find_index_exp',
] as const;
