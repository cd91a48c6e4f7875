import { createHash, randomUUID } from 'node:crypto';
import type { CompiledPipeline } from '@batchmill/contracts';

/**
 * What makes a run the same run: the resolved pipeline, and the content of its inputs and pictures. As idempotency key
 * it makes an unfinished run go on, and a finished one is not paid again.
 */
export const runIdentity = (
  pipeline: CompiledPipeline,
  contents: readonly { name: string; sha256: string }[],
): string => {
  // Another budget does not make it another run, which would be paid anew.
  const { maxCost: _maxCost, ...what } = pipeline;
  const named = contents.map(({ name, sha256 }) => [name, sha256]);
  return createHash('sha256')
    .update(JSON.stringify(inOneOrder([what, named])))
    .digest('hex');
};

/** The key of a run of its own, though the same has run before. */
export const newKey = (identity: string): string => `${identity}-${randomUUID()}`;

/** Objects with their keys sorted: the same content is the same text. */
const inOneOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOneOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOneOrder(inner)]));
};
