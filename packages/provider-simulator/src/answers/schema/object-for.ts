import { pick } from '../../random.ts';
import type { JsonSchema } from '../chat-body.ts';
import type { Keywords } from './resolve-schema.ts';
import { SIMPLE_FROM_DEPTH } from './making.ts';
import type { Making } from './making.ts';

const OPTIONAL_SHARE = 0.8;

export const objectFor = (schema: Keywords, making: Making): Record<string, unknown> => {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = new Set((schema.required ?? []) as string[]);
  const least = typeof schema.minProperties === 'number' ? schema.minProperties : 0;
  const most = typeof schema.maxProperties === 'number' ? schema.maxProperties : Number.POSITIVE_INFINITY;
  const chosen = chosenNames(Object.keys(properties), required, { least, most }, making);
  const made: [string, unknown][] = chosen.map((name) => [name, making.inner(properties[name] ?? true, name)]);
  // Only names nobody described: a described one would have been chosen.
  for (const name of required) {
    if (!(name in properties)) made.push([name, making.inner(additionalSchema(schema), name)]);
  }
  while (made.length < least && schema.additionalProperties !== false) {
    const name = `${pick(making.random, making.material.words)}_${made.length + 1}`;
    made.push([name, making.inner(additionalSchema(schema), name)]);
  }
  return Object.fromEntries(made);
};

const chosenNames = (
  names: readonly string[],
  required: ReadonlySet<string>,
  { least, most }: { least: number; most: number },
  making: Making,
): string[] => {
  let left = most - [...required].length;
  let stillNeeded = least - [...required].length;
  return names.filter((name) => {
    if (required.has(name)) return true;
    const isChosen =
      left > 0 && (stillNeeded > 0 || (making.depth < SIMPLE_FROM_DEPTH && making.random() < OPTIONAL_SHARE));
    if (isChosen) {
      left -= 1;
      stillNeeded -= 1;
    }
    return isChosen;
  });
};

const additionalSchema = (schema: Keywords): JsonSchema =>
  typeof schema.additionalProperties === 'object' && schema.additionalProperties !== null
    ? (schema.additionalProperties as JsonSchema)
    : true;
