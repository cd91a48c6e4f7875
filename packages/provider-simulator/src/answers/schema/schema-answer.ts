import { pick } from '../../random.ts';
import type { Random } from '../../random.ts';
import type { JsonSchema } from '../chat-body.ts';
import type { PromptMaterial } from '../prompt-material.ts';
import { arrayFor } from './array-for.ts';
import { SIMPLE_FROM_DEPTH } from './making.ts';
import type { Making } from './making.ts';
import { numberFor } from './number-for.ts';
import { objectFor } from './object-for.ts';
import { UnsatisfiableSchemaError, resolveSchema } from './resolve-schema.ts';
import type { Keywords } from './resolve-schema.ts';
import { stringFor } from './string-for.ts';

/** A schema that can only be satisfied by an endless document. */
const TOO_DEEP = 60;

/** A JSON value that satisfies the schema; the same random numbers and material give the same value. */
export const schemaAnswer = (schema: JsonSchema, random: Random, material: PromptMaterial): unknown => {
  const make = (part: JsonSchema, name: string, depth: number): unknown => {
    if (depth > TOO_DEEP) throw new UnsatisfiableSchemaError('The schema describes documents without end.');
    const making: Making = {
      random,
      material,
      root: schema,
      depth,
      inner: (inner, innerName) => make(inner, innerName, depth + 1),
    };
    return valueFor(resolveSchema(part, schema), name, making);
  };
  try {
    return make(schema, '', 0);
  } catch (error) {
    // Nobody has checked the schema: an empty enum or a length without bounds ends here.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new UnsatisfiableSchemaError(`The schema cannot be satisfied: ${error.message}.`, { cause: error });
  }
};

const valueFor = (schema: Keywords, name: string, making: Making): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return pick(making.random, allowedByType(schema.enum as unknown[], schema.type));
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches) && branches.length > 0) {
    const { anyOf: _anyOf, oneOf: _oneOf, ...shared } = schema;
    const branch = resolveSchema(chooseBranch(branches as JsonSchema[], making), making.root);
    return valueFor(mergeBranch(shared, branch), name, making);
  }
  switch (typeFor(schema, making)) {
    case 'object':
      return objectFor(schema, making);
    case 'array':
      return arrayFor(schema, name, making);
    case 'integer':
      return numberFor(schema, making, true);
    case 'number':
      return numberFor(schema, making, false);
    case 'boolean':
      return making.random() < 0.5;
    case 'null':
      return null;
    default:
      return stringFor(schema, name, making);
  }
};

const allowedByType = (values: readonly unknown[], type: unknown): readonly unknown[] => {
  if (type === undefined) return values;
  const types = (Array.isArray(type) ? type : [type]) as unknown[];
  const allowed = values.filter((value) => types.some((name) => isOfType(value, name)));
  return allowed.length > 0 ? allowed : values;
};

const isOfType = (value: unknown, type: unknown): boolean => {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
};

const chooseBranch = (branches: readonly JsonSchema[], making: Making): JsonSchema => {
  if (making.depth < SIMPLE_FROM_DEPTH) return pick(making.random, branches);
  const simplest = branches.find((branch) => isSimple(branch));
  return (
    simplest ?? branches.find((branch) => !JSON.stringify(branch).includes('"$ref"')) ?? pick(making.random, branches)
  );
};

const isSimple = (schema: JsonSchema): boolean =>
  typeof schema === 'object' &&
  schema.$ref === undefined &&
  (schema.const !== undefined ||
    schema.enum !== undefined ||
    (typeof schema.type === 'string' && schema.type !== 'object' && schema.type !== 'array'));

const mergeBranch = (shared: Keywords, branch: Keywords): Keywords => resolveSchema({ allOf: [shared, branch] }, true);

/** Nullable types are null now and then, and always where the document must come to its end. */
const typeFor = (schema: Keywords, making: Making): unknown => {
  if (Array.isArray(schema.type)) {
    const types = schema.type as unknown[];
    const others = types.filter((type) => type !== 'null');
    const takesNull = types.includes('null') && (making.depth >= SIMPLE_FROM_DEPTH || making.random() < 0.15);
    return takesNull || others.length === 0 ? 'null' : pick(making.random, others);
  }
  if (schema.type !== undefined) return schema.type;
  if (schema.properties !== undefined || schema.required !== undefined) return 'object';
  if (schema.items !== undefined || schema.prefixItems !== undefined) return 'array';
  if (schema.minimum !== undefined || schema.maximum !== undefined || schema.multipleOf !== undefined) return 'number';
  return 'string';
};
