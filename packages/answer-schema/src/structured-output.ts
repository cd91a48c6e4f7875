import type { Json } from '@batchmill/contracts';
import type { AnswerSchema } from './answer-check.ts';
import { strictProblems } from './strict-problems.ts';

/** `response_format` of a chat completion that answers by a schema. */
export type ResponseFormat = {
  type: 'json_schema';
  json_schema: { name: string; strict: boolean; schema: AnswerSchema };
};

/**
 * `strict` is true only where the schema follows all rules for it; otherwise the model is asked to follow the schema, and
 * the check of the answer finds where it did not. A value list without a type gets the type of its values, which says the
 * same and is asked for by strict mode.
 */
export const structuredOutput = (name: string, schema: AnswerSchema): ResponseFormat => ({
  type: 'json_schema',
  json_schema: {
    name: safeName(name),
    strict: strictProblems(schema).length === 0,
    schema: withTypes(schema) as AnswerSchema,
  },
});

/** Names are of `[A-Za-z0-9_-]`, at most 64 characters. */
const safeName = (name: string): string => name.replaceAll(/[^\w-]/g, '_').slice(0, 64) || 'answer';

/** Keywords whose values hold schemas by name, one schema, or a list of them; all others are left as they are. */
const BY_NAME = new Set(['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas']);
const NESTED = new Set([
  'items',
  'additionalProperties',
  'anyOf',
  'allOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'prefixItems',
]);

const withTypes = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map(withTypes);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([keyword, value]): [string, Json] => {
    if (NESTED.has(keyword)) return [keyword, withTypes(value)];
    return [keyword, BY_NAME.has(keyword) ? eachNamed(value) : value];
  });
  const type = schema['type'] === undefined ? typeOfValues(schema) : null;
  return Object.fromEntries(type === null ? entries : [['type', type], ...entries]);
};

const eachNamed = (schemas: Json): Json =>
  typeof schemas === 'object' && schemas !== null && !Array.isArray(schemas)
    ? Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, withTypes(one)]))
    : schemas;

const typeOfValues = (schema: AnswerSchema): string | null => {
  const values = Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const'] ?? null] : [];
  const types = new Set(values.map(typeName));
  const [only] = types;
  return types.size === 1 && only !== undefined ? only : null;
};

const typeName = (value: Json): string | undefined => {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'object' ? undefined : typeof value;
};
