import type { Json } from '@batchmill/contracts';
import type { AnswerSchema } from './answer-check.ts';

/**
 * Why a schema cannot be sent with `strict: true`; empty where it can. OpenAI's rules for strict structured output: the
 * root is an object, every object lists all its properties in `required` and has `additionalProperties: false`, every
 * part has a type, and some keywords are not supported.
 * Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export const strictProblems = (schema: AnswerSchema): string[] => {
  const problems: string[] = [];
  if (schema['type'] !== 'object') problems.push('the answer as a whole is not of type object');
  if (schema['anyOf'] !== undefined) problems.push('anyOf stands at the root');
  visit(schema, 'the answer', 0, problems);
  return problems;
};

const UNSUPPORTED = [
  'allOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
  'prefixItems',
  'contains',
  'uniqueItems',
] as const;

const MAX_DEPTH = 10;

const visit = (schema: Json, where: string, depth: number, problems: string[]): void => {
  if (!isMap(schema)) {
    problems.push(`${where} allows anything`);
    return;
  }
  if (depth > MAX_DEPTH) {
    problems.push(`${where} is nested deeper than ${MAX_DEPTH} levels`);
    return;
  }
  for (const keyword of UNSUPPORTED) if (schema[keyword] !== undefined) problems.push(`${where} uses ${keyword}`);
  if (['type', '$ref', 'anyOf', 'enum', 'const'].every((keyword) => schema[keyword] === undefined)) {
    problems.push(`${where} has no type`);
  }
  if (isObjectSchema(schema)) visitObject(schema, where, depth, problems);
  if (schema['items'] !== undefined) visit(schema['items'], `${where}[]`, depth + 1, problems);
  else if (hasType(schema, 'array')) problems.push(`${where} does not say what its items are`);
  for (const one of Array.isArray(schema['anyOf']) ? schema['anyOf'] : []) visit(one, where, depth, problems);
  for (const keyword of ['$defs', 'definitions']) {
    const definitions = schema[keyword];
    if (!isMap(definitions)) continue;
    for (const [name, one] of Object.entries(definitions)) visit(one, name, 0, problems);
  }
};

const visitObject = (schema: AnswerSchema, where: string, depth: number, problems: string[]): void => {
  const properties = isMap(schema['properties']) ? schema['properties'] : {};
  const required: Json[] = Array.isArray(schema['required']) ? schema['required'] : [];
  if (schema['additionalProperties'] !== false) problems.push(`${where} lacks additionalProperties: false`);
  for (const [name, property] of Object.entries(properties)) {
    const inside = where === 'the answer' ? name : `${where}.${name}`;
    if (!required.includes(name)) problems.push(`${inside} is not in required`);
    visit(property, inside, depth + 1, problems);
  }
};

const isObjectSchema = (schema: AnswerSchema): boolean =>
  hasType(schema, 'object') || schema['properties'] !== undefined;

const hasType = (schema: AnswerSchema, type: string): boolean => {
  const found = schema['type'];
  return Array.isArray(found) ? found.includes(type) : found === type;
};

const isMap = (value: Json | undefined): value is AnswerSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
