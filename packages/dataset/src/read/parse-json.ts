import type { Json } from '@batchmill/contracts';

/** A number that JSON allows and a double cannot hold. */
export class NumberTooLarge extends Error {}

/** Integers beyond 2^53 and exponents of three digits are looked at closer; digits in text only cost time. */
const MAY_LOSE_DIGITS = /\d{16}|[eE]\+?\d{3}/;

/**
 * As JSON.parse, but an integer too large for a double becomes text with all its digits (ids stay what they are).
 * @throws SyntaxError, NumberTooLarge
 */
export const parseJson = (text: string): Json =>
  MAY_LOSE_DIGITS.test(text)
    ? (parseWithSource(text, (_key, value, context) =>
        typeof value === 'number' ? exactNumber(context.source ?? String(value)) : value,
      ) as Json)
    : (JSON.parse(text) as Json);

/** The types of TypeScript do not know yet that a reviver is given the source of a number. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

/** The number a JSON number says, or its text where a double would change an integer. */
export const exactNumber = (source: string): number | string => {
  const value = Number(source);
  if (!Number.isFinite(value)) throw new NumberTooLarge(`the number ${source.slice(0, 40)} is too large`);
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value;
};
