import type { Fields, Json } from '@batchmill/contracts';

/** A row as a program has it; a field that is undefined is a field that is not there. */
export type RowInput = { readonly [name: string]: Json | undefined };

/** A new object with the fields in their order. */
export const fieldsOf = (row: RowInput): Fields => {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === undefined) continue;
    // a field may be named like something that every object has
    if (name in fields) Object.defineProperty(fields, name, { value, ...ORDINARY });
    else fields[name] = value;
  }
  return fields;
};

const ORDINARY = { enumerable: true, configurable: true, writable: true };
