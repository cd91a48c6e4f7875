import type { JsonSchema } from '../chat-body.ts';

/** No document, or only an endless one, would satisfy the schema. */
export class UnsatisfiableSchemaError extends Error {}

export type Keywords = { readonly [keyword: string]: unknown };

/** More than this in a row can only be a circle. */
const MOST_REFERENCES = 50;

/** Follows `$ref` and folds `allOf` together. A schema that is missing or `true` allows anything. */
export const resolveSchema = (schema: JsonSchema, root: JsonSchema): Keywords => {
  let current: JsonSchema = schema;
  for (let step = 0; step < MOST_REFERENCES; step += 1) {
    if (typeof current === 'boolean') return {};
    if (typeof current.$ref !== 'string') return foldAllOf(current, root);
    const { $ref: reference, ...beside } = current;
    const target = follow(reference, root);
    current = Object.keys(beside).length === 0 ? target : { allOf: [target, beside] };
  }
  throw new UnsatisfiableSchemaError(`The reference in ${JSON.stringify(schema)} leads in a circle.`);
};

const follow = (reference: string, root: JsonSchema): JsonSchema => {
  let place: unknown = root;
  for (const step of reference.replace(/^#\/?/, '').split('/')) {
    if (step === '') continue;
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    place = (place as Record<string, unknown> | undefined)?.[name];
  }
  return (place ?? true) as JsonSchema;
};

const foldAllOf = (schema: Keywords, root: JsonSchema): Keywords => {
  if (!Array.isArray(schema.allOf)) return schema;
  const { allOf, ...own } = schema;
  return [...(allOf as JsonSchema[]), own].reduce<Keywords>(
    (folded, part) => combine(folded, resolveSchema(part, root)),
    {},
  );
};

const combine = (a: Keywords, b: Keywords): Keywords => {
  const combined: Record<string, unknown> = { ...a, ...b };
  if (isRecord(a.properties) && isRecord(b.properties)) combined.properties = { ...a.properties, ...b.properties };
  if (Array.isArray(a.required) && Array.isArray(b.required)) {
    combined.required = [...new Set([...(a.required as unknown[]), ...(b.required as unknown[])])];
  }
  for (const name of ['minimum', 'minLength', 'minItems'] as const) keepNumber(combined, a, b, name, Math.max);
  for (const name of ['maximum', 'maxLength', 'maxItems'] as const) keepNumber(combined, a, b, name, Math.min);
  return combined;
};

const keepNumber = (
  combined: Record<string, unknown>,
  a: Keywords,
  b: Keywords,
  name: string,
  choose: (left: number, right: number) => number,
): void => {
  const [left, right] = [a[name], b[name]];
  if (typeof left === 'number' && typeof right === 'number') combined[name] = choose(left, right);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
