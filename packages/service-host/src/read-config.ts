import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import { z } from 'zod';

export type Environment = Record<string, string | undefined>;

/**
 * The configuration of a service from its environment; an empty variable counts as not set.
 * Throws an InputError that lists every mistake, and never shows the value of a secret.
 */
export const readConfig = <Config>(schema: z.ZodType<Config>, env: Environment): Config => {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  throw new InputError(result.error.issues.map((issue) => problemOf(issue, set, schema)));
};

const SECRET_NAME = /KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL/i;

/** Whether a variable's value must not be shown: by its name, or because it is an address with a password in it. */
export const isSecretVariable = (name: string, value: string): boolean =>
  SECRET_NAME.test(name) || /\/\/[^/]*:[^/]*@/.test(value);

const problemOf = (issue: z.core.$ZodIssue, set: Environment, schema: z.ZodType): Problem => {
  const variable = String(issue.path[0] ?? '');
  const value = set[variable];
  const state = value === undefined ? 'is not set' : 'has a value that cannot be used';
  const description = describe(schema, variable);
  return {
    code: 'configuration',
    message: description === undefined ? state : `${state} (${description})`,
    place: { path: variable },
    ...(value === undefined ? {} : { found: shown(variable, value) }),
    // Of zod's sentences only what they expect: "Too small: expected number to be >=1", "… expected number, received NaN".
    expected: issue.message.replace(/^[^:]*: expected /, '').replace(/, received \S+$/, ''),
  };
};

const shown = (variable: string, value: string): string =>
  isSecretVariable(variable, value) ? 'a value that is not shown here' : JSON.stringify(value);

const describe = (schema: z.ZodType, variable: string): string | undefined => {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const field: unknown = schema.shape[variable];
  return field instanceof z.ZodType ? field.description : undefined;
};
