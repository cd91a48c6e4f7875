/*
 * Conditions are texts of users, and are joined as texts. `and` and `or` bind from the right, so that `true and x` is x,
 * whatever x is made of; without it a group in parentheses could not begin with `not`.
 */

const grouped = (condition: string): string => `(true and ${condition})`;

/** Holds where all of them hold. */
export const allOf = (conditions: readonly string[]): string =>
  conditions.length === 1 ? (conditions[0] ?? '') : conditions.map(grouped).join(' and ');

/** Holds where the condition does not. */
export const noneOf = (condition: string): string => `${grouped(condition)} == false`;
