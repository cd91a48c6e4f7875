import type { Json } from '@batchmill/contracts';
import type { z } from 'zod';
import { definitionSchema } from '../definition/definition.ts';
import type { Definition } from '../definition/definition.ts';
import type { Finding } from '../problems/finding.ts';
import { describe, listed } from '../problems/finding.ts';
import { valueAt } from '../values/json-values.ts';
import { didYouMean, nearest } from '../problems/nearest.ts';
import type { Path } from '../values/path.ts';

type Issue = z.core.$ZodIssue;

/** The pipeline as the schema understands it, or every place where it does not fit. */
export const checkShape = (document: Json): { definition?: Definition; findings: Finding[] } => {
  const result = definitionSchema.safeParse(document, { error: allowedKeys });
  if (result.success) return { definition: result.data, findings: [] };
  return { findings: result.error.issues.flatMap((issue) => fromIssue(issue, issue.path as Path, document)) };
};

/** Only the error map sees which schema an issue comes from. Its text is the list of keys that may stand there. */
const allowedKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys' || issue.inst === undefined) return '';
  const { def } = issue.inst._zod as { def: { shape?: object } };
  return Object.keys(def.shape ?? {}).join(' ');
};

const fromIssue = (issue: Issue, path: Path, document: Json): Finding[] => {
  if (issue.code === 'unrecognized_keys') {
    const allowed = issue.message.split(' ').sort();
    return issue.keys.map((key) => unknownKey(key, path, allowed));
  }
  if (issue.code === 'invalid_union') {
    const branch = nearestBranch(issue.errors);
    if (branch !== undefined)
      return branch.flatMap((inner) => fromIssue(inner, [...path, ...inner.path] as Path, document));
  }
  const value = valueAt(document, path);
  if (value === undefined)
    return [{ code: 'missing', message: 'is missing', path, lacks: [path], expected: expectedBy(issue) }];
  const found = describe(value);
  const hint = issue.code === 'invalid_value' ? didYouMean(JSON.stringify(value), issue.values.map(String)) : undefined;
  const finding: Finding = { code: 'wrong-value', message: 'cannot be used', path, found, expected: expectedBy(issue) };
  return [hint === undefined ? finding : { ...finding, remedy: hint }];
};

const unknownKey = (key: string, path: Path, allowed: string[]): Finding => {
  const meant = nearest(key, allowed);
  const remedy = [didYouMean(key, allowed), `Allowed here: ${listed(allowed)}`].filter(Boolean).join(' ');
  const finding: Finding = { code: 'unknown-key', message: 'unknown key', path: [...path, key], part: 'key', remedy };
  return meant === undefined ? finding : { ...finding, meant: [...path, meant] };
};

/** The alternative that accepts the kind of value and only finds fault with what is inside it. */
const nearestBranch = (branches: Issue[][]): Issue[] | undefined => {
  const inside = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return inside.length === 1 ? inside[0] : undefined;
};

/** What a schema says it wants; else in words what the issue tells. */
const expectedBy = (issue: Issue): string => {
  if (issue.message !== '') return issue.message;
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value')
    return `${issue.values.length > 1 ? 'one of ' : ''}${listed(issue.values.map(String))}`;
  if (issue.code === 'too_small')
    return amount(issue.origin, issue.inclusive === false ? 'more than' : 'at least', Number(issue.minimum));
  if (issue.code === 'too_big') return amount(issue.origin, 'at most', Number(issue.maximum));
  return 'another value';
};

const amount = (origin: string, comparison: string, limit: number): string => {
  if (origin === 'array') return `${comparison} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return limit === 1 ? 'a text that is not empty' : `${comparison} ${limit} characters`;
  return `a number of ${comparison} ${limit}`;
};

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
};
