import type { Json } from '@batchmill/contracts';
import { RowTransformError } from '../row-transform-error.ts';
import { shown } from '../shown.ts';

export type Numbers = {
  /** null: missing, or infinite. */
  values: (number | null)[];
  infinite: number;
};

/**
 * A list as it stands in a row. A text counts as the number it spells, since a reader gives integers of more than 53 bits
 * as text, and `split` makes texts of a cell. Missing are null, and as in an M4 file an empty text, NaN and NA.
 */
export const readNumbers = (field: string, list: Json | undefined): Numbers => {
  if (!Array.isArray(list)) {
    throw notNumbers(field, list === undefined ? 'it is not there' : `found ${shown(list)}`);
  }
  let infinite = 0;
  const values = list.map((element, index) => {
    const value = numberOf(element);
    if (value === undefined) throw notNumbers(field, `element ${index} is ${shown(element)}`);
    if (value === null || Number.isFinite(value)) return value;
    infinite += 1;
    return null;
  });
  return { values, infinite };
};

const GAP = /^(?:nan|na)?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** null for a missing value, undefined for what is no number. */
const numberOf = (element: Json): number | null | undefined => {
  if (element === null || typeof element === 'number') return Number.isNaN(element) ? null : element;
  if (typeof element !== 'string') return undefined;
  const text = element.trim();
  if (GAP.test(text)) return null;
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return NUMBER.test(text) ? Number(text) : undefined;
};

const notNumbers = (field: string, found: string): RowTransformError =>
  new RowTransformError('not-numbers', `normalize: the field "${field}" must be a list of numbers; ${found}`);
