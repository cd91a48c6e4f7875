import { InputError } from '@batchmill/contracts';
import type { Json } from '@batchmill/contracts';
import { overlaySet } from './overlay.ts';

/** A copy of a document with values laid over it, by path as text. Throws `InputError` where a path leads nowhere. */
export const applySet = (document: Json, set: Readonly<Record<string, Json>>): Json => {
  const { value, findings } = overlaySet(document, set);
  if (findings.length > 0) throw new InputError(findings.map(({ code, message }) => ({ code, message })));
  return value;
};
