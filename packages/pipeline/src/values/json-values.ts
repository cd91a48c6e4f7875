import type { Json } from '@batchmill/contracts';
import type { Path } from './path.ts';

export const isMap = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const valueAt = (root: Json, path: Path): Json | undefined => {
  let value: Json | undefined = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as { [key: string | number]: Json })[part];
  }
  return value;
};

/** Every text in a document with its path, in order. */
export function* textsOf(value: Json, path: Path = []): Generator<{ path: Path; text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  for (const [key, child] of childrenOf(value)) yield* textsOf(child, [...path, key]);
}

/** Entries of a map or list. */
export const childrenOf = (value: Json): [string | number, Json][] => {
  if (Array.isArray(value)) return value.map((child, index) => [index, child]);
  return isMap(value) ? Object.entries(value) : [];
};

/** A copy in which `change` has had its say about every value; a value it leaves undefined is looked into. */
export const replaceValues = (
  value: Json,
  change: (value: Json, path: Path) => Json | undefined,
  path: Path = [],
): Json => {
  const changed = change(value, path);
  if (changed !== undefined) return changed;
  if (Array.isArray(value)) return value.map((child, index) => replaceValues(child, change, [...path, index]));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, replaceValues(child, change, [...path, key])]),
  );
};
