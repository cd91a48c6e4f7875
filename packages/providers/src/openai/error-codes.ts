/** Out of money or over a spending limit: asking again does not help until somebody acts (providers.md 1.13). */
const NO_CREDIT_CODES = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'billing_hard_limit_reached',
  'billing_not_active',
  'spend_limit_exceeded',
  'spending_limit_exceeded',
]);

export const isNoCredit = (code: string, message: string): boolean =>
  NO_CREDIT_CODES.has(code) || /exceeded your current quota|spend(ing)? limit|credit balance/i.test(message);

/** No room for more waiting prompt tokens of this model. */
export const isPoolFull = (code: string, message: string): boolean =>
  code === 'token_limit_exceeded' || /enqueued tokens?\b/i.test(message);

/** The input file is not there (any more). */
export const isMissingFile = (message: string): boolean =>
  /(cannot|could not|can't) find file|no such file|file .{0,80}(not found|does not exist|was deleted)/i.test(message);

/** `2,000,000` of "Limit: 2,000,000 enqueued tokens". */
export const readTokenLimit = (message: string): number | undefined => {
  const digits = /limit(?: of|:)?\s*([\d][\d,._]*)/i.exec(message)?.[1]?.replace(/\D/g, '');
  const limit = Number(digits ?? 0);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : undefined;
};
