import type { Fields, Json } from '@batchmill/contracts';

/** The value of a field, null where there is none: a field may be named `constructor`, which every object seems to have. */
export const ownValue = (fields: Fields, name: string): Json =>
  Object.hasOwn(fields, name) ? (fields[name] ?? null) : null;
