import { HTTP_ERRORS } from '../observed-errors.ts';
import { apiProblem } from '../http/api-error.ts';
import type { ApiProblem } from '../http/api-error.ts';
import { shownValue } from './shown-value.ts';

type Path = readonly string[];
type Keywords = Record<string, unknown>;

/**
 * The rules for `strict: true`: the root is an object and no `anyOf`; every object names all its properties as required
 * and allows no others. Returns the first breach.
 */
export const checkStrictSchema = (name: string, schema: unknown): ApiProblem | null => {
  const reason =
    isKeywords(schema) && schema.type === 'object' && schema.anyOf === undefined ? null : rootReason(schema);
  const breach = reason === null ? firstBreach(schema, []) : { path: [] as Path, reason };
  if (breach === null) return null;
  const context = breach.path.map((step) => `'${step}'`).join(', ');
  return apiProblem(
    HTTP_ERRORS.invalidSchema,
    HTTP_ERRORS.invalidSchema.message(name, context, breach.reason),
    'response_format',
  );
};

const rootReason = (schema: unknown): string => {
  const type = isKeywords(schema) ? shownValue(schema.type) : 'None';
  return `schema must be a JSON Schema of 'type: "object"', got 'type: "${type}"'.`;
};

type Breach = { path: Path; reason: string };

const firstBreach = (schema: unknown, path: Path): Breach | null => {
  if (!isKeywords(schema)) return { path, reason: 'schema must be an object.' };
  return (
    (isKeywords(schema.properties) || schema.type === 'object' ? objectBreach(schema, path) : null) ??
    nestedBreach(schema, path)
  );
};

const objectBreach = (schema: Keywords, path: Path): Breach | null => {
  if (schema.additionalProperties !== false) {
    return { path, reason: "'additionalProperties' is required to be supplied and to be false." };
  }
  const names = isKeywords(schema.properties) ? Object.keys(schema.properties) : [];
  const required = Array.isArray(schema.required) ? (schema.required as unknown[]) : [];
  const left = names.find((property) => !required.includes(property));
  if (left === undefined) return null;
  return {
    path,
    reason: `'required' is required to be supplied and to be an array including every key in properties. Missing '${left}'.`,
  };
};

const nestedBreach = (schema: Keywords, path: Path): Breach | null => {
  for (const keyword of ['properties', '$defs', 'definitions'] as const) {
    const named = schema[keyword];
    if (!isKeywords(named)) continue;
    for (const [name, inner] of Object.entries(named)) {
      const breach = firstBreach(inner, [...path, keyword, name]);
      if (breach !== null) return breach;
    }
  }
  if (Array.isArray(schema.anyOf)) {
    for (const [index, inner] of schema.anyOf.entries()) {
      const breach = firstBreach(inner, [...path, 'anyOf', String(index)]);
      if (breach !== null) return breach;
    }
  }
  return schema.items === undefined ? null : firstBreach(schema.items, [...path, 'items']);
};

const isKeywords = (value: unknown): value is Keywords =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
