import type { Json } from '@batchmill/contracts';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, Options, ValidateFunction } from 'ajv';

/** JSON Schema, draft 2020-12 unless `$schema` names draft 7. */
export type AnswerSchema = { [keyword: string]: Json };

/** Why a schema cannot be used, in sentences; empty where it can. */
export const checkSchema = (schema: Json): string[] => {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return ['a JSON Schema is an object, for example { type: object, properties: { … } }'];
  }
  try {
    compile(schema);
    return [];
  } catch (error) {
    const unknown = unknownTypes(schema);
    if (unknown.length > 0) return unknown;
    return [error instanceof Error ? error.message.replace(/^schema is invalid: data/, 'the schema: ') : String(error)];
  }
};

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** The usual mistake, which the validator tells in its own terms. A `type` below `properties` may be a property's name. */
const unknownTypes = (schema: Json, path = ''): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (name !== 'type' || /(?:^|\.)(?:properties|patternProperties|\$defs)$/.test(path))
      return unknownTypes(value, at);
    const wrong = [value].flat().filter((type) => typeof type !== 'string' || !TYPES.includes(type));
    return wrong.map((type) => `${at} is ${JSON.stringify(type)}, and must be one of ${TYPES.join(', ')}`);
  });
};

/**
 * The check of an answer against a schema: null where it fits, else the reason in words. `format` is not checked.
 * Throws where `checkSchema` has something to say.
 */
export const compileAnswerCheck = (schema: AnswerSchema): ((value: Json) => string | null) => {
  const validate = compile(schema);
  return (value) => (validate(value) ? null : reasonOf(validate.errors ?? [], value));
};

const OPTIONS: Options = { allErrors: true, strict: false, validateFormats: false, logger: false, verbose: false };

/** Each schema gets its own instance, so that two with one `$id` do not meet. */
const compile = (schema: AnswerSchema): ValidateFunction => {
  const { $schema: dialect, ...rest } = schema;
  if (typeof dialect !== 'string' || dialect.includes('2020-12')) return new Ajv2020(OPTIONS).compile(rest);
  if (dialect.includes('draft-07') || dialect.includes('draft-06')) return new Ajv(OPTIONS).compile(rest);
  throw new Error(`$schema ${JSON.stringify(dialect)} is not known; draft 2020-12 and draft-07 are`);
};

const SHOWN_ERRORS = 3;

const reasonOf = (errors: readonly ErrorObject[], value: Json): string => {
  const shown = errors.slice(0, SHOWN_ERRORS).map((error) => sentenceOf(error, value));
  const more = errors.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
};

const sentenceOf = (error: ErrorObject, value: Json): string => {
  const where = error.instancePath === '' ? 'the answer' : error.instancePath.slice(1).replaceAll('/', '.');
  return `${where} ${expectation(error)}${found(error, value)}`;
};

const expectation = ({ keyword, message, params }: ErrorObject): string => {
  if (keyword === 'enum')
    return `must be one of ${params['allowedValues'].map((one: Json) => JSON.stringify(one)).join(', ')}`;
  if (keyword === 'const') return `must be ${JSON.stringify(params['allowedValue'])}`;
  if (keyword === 'additionalProperties') return `must not have the property "${params['additionalProperty']}"`;
  return message ?? `breaks the rule "${keyword}"`;
};

const FOUND_CHARACTERS = 60;

const found = (error: ErrorObject, value: Json): string => {
  if (['required', 'additionalProperties', 'dependentRequired'].includes(error.keyword)) return '';
  const text = JSON.stringify(valueAt(value, error.instancePath)) ?? '';
  return ` (found ${text.length > FOUND_CHARACTERS ? `${text.slice(0, FOUND_CHARACTERS)}…` : text})`;
};

const valueAt = (value: Json, pointer: string): Json => {
  let at: Json = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null) return at;
    at = (Array.isArray(at) ? at[Number(name)] : at[name]) ?? null;
  }
  return at;
};
