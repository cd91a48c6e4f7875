import { integerBetween } from '../../random.ts';
import type { JsonSchema } from '../chat-body.ts';
import type { Keywords } from './resolve-schema.ts';
import { SIMPLE_FROM_DEPTH } from './making.ts';
import type { Making } from './making.ts';

/** Items beyond the least, where the schema leaves it open. */
const USUAL_EXTRA_ITEMS = 3;
const MOST_ITEMS = 10_000;
const TRIES_PER_UNIQUE_ITEM = 50;

export const arrayFor = (schema: Keywords, name: string, making: Making): unknown[] => {
  const tuple = (schema.prefixItems ?? []) as JsonSchema[];
  const items = (schema.items ?? true) as JsonSchema;
  const made = tuple.map((inner) => making.inner(inner, name));
  const least = typeof schema.minItems === 'number' ? schema.minItems : 0;
  const most =
    schema.items === false
      ? tuple.length
      : typeof schema.maxItems === 'number'
        ? schema.maxItems
        : Math.max(least, 1) + USUAL_EXTRA_ITEMS;
  const usualLeast = Math.min(most, Math.max(least, tuple.length, 1));
  const size =
    making.depth >= SIMPLE_FROM_DEPTH
      ? Math.max(least, tuple.length)
      : integerBetween(making.random, usualLeast, Math.min(most, usualLeast + USUAL_EXTRA_ITEMS));
  if (size > MOST_ITEMS) throw new RangeError(`${size} items are too many`);
  const seen = new Set(made.map((item) => JSON.stringify(item)));
  let tries = size * TRIES_PER_UNIQUE_ITEM;
  while (made.length < size && tries > 0) {
    tries -= 1;
    const item = making.inner(items, name);
    const text = JSON.stringify(item);
    if (schema.uniqueItems === true && seen.has(text)) continue;
    seen.add(text);
    made.push(item);
  }
  return made.slice(0, Math.max(most, least));
};
