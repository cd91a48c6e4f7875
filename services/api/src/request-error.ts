import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';

/** An issue of a schema, as the validator hands it on; `params` is what zod knows beside path, code and message. */
export type RequestIssue = { instancePath: string; keyword: string; message?: string; params: object };

/** A request that is not what its schema says: all mistakes, each with its place and what was expected there. */
export const requestError = (error: { validation: RequestIssue[] }): InputError =>
  new InputError(
    error.validation.map(({ instancePath, keyword, message = 'not as expected', params }): Problem => {
      const issue = { ...params, code: keyword, message };
      const expected = expectedIn(issue);
      return {
        code: 'invalid-request',
        message: expected === null ? message : isMissing(issue) ? 'is missing' : 'cannot be used',
        place: { path: instancePath.replace(/^\/+/, '').replaceAll('/', '.') || 'body' },
        ...(expected === null ? {} : { expected }),
        remedy: 'See /docs for what this request takes',
      };
    }),
  );

type Issue = { code: string; message: string; expected?: string; values?: unknown[]; errors?: Issue[][] };

/** null: the message of the issue says it already. */
const expectedIn = ({ code, expected, values, errors }: Issue): string | null => {
  if (code === 'invalid_type' && expected !== undefined) return KINDS[expected] ?? expected;
  if (code === 'invalid_value' && values !== undefined) {
    const named = values.map((value) => JSON.stringify(value)).join(', ');
    return values.length === 1 ? named : `one of ${named}`;
  }
  if (code !== 'invalid_union' || errors === undefined) return null;
  const choices = errors.flat().flatMap((issue) => expectedIn(issue) ?? []);
  return choices.length === 0 ? null : [...new Set(choices)].join(', or ');
};

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const isMissing = ({ message, errors }: Issue): boolean =>
  errors === undefined ? message.endsWith('received undefined') : errors.flat().every(isMissing);
