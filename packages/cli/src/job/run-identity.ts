import { createHash, randomUUID } from 'node:crypto';
import type { CompiledPipeline } from '@batchmill/contracts';

/**
 * What makes a run the same run: the resolved pipeline, and the content of its inputs and pictures. Used as idempotency
 * key, so that an unfinished run goes on and a finished one is not paid again. `isNew` makes it a run of its own.
 */
export const runIdentity = (
  pipeline: CompiledPipeline,
  contents: readonly { name: string; sha256: string }[],
  isNew: boolean,
): string => {
  // Another budget does not make it another run, which would be paid anew.
  const { maxCost: _maxCost, ...what } = pipeline;
  const hash = createHash('sha256').update(
    JSON.stringify(inOneOrder({ pipeline: what, contents: contents.map(({ name, sha256 }) => [name, sha256]) })),
  );
  if (isNew) hash.update(randomUUID());
  return hash.digest('hex');
};

/** Objects with their keys sorted: the same content is the same text. */
const inOneOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOneOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOneOrder(inner)]));
};
