import { InputError } from '@batchmill/contracts';
import type { Fields, FieldTypes, Json, Output } from '@batchmill/contracts';
import { compileTemplate, rowScope } from '@batchmill/templates';
import type { FinalRow } from './final-rows.ts';

/** One column of an output: how its value comes from a row. A value that cannot be made is null. */
export type OutputColumn = { name: string; type: string | null; valueOf(scope: Fields): Json };

/** The columns of an output; the type of a rendered column is null until rows were seen. */
export const outputColumns = ({ columns }: Output, types: FieldTypes): OutputColumn[] => {
  if (columns === undefined) return Object.keys(types).map((name) => fieldColumn(name, name, types));
  return columns.map(({ name, field, template }) => {
    if (field !== undefined) return fieldColumn(name, field, types);
    if (template === undefined) throw new InputError([{ code: 'column', message: `column "${name}" has no value` }]);
    const compiled = compileTemplate(template);
    return {
      name,
      type: null,
      valueOf: (scope) => {
        try {
          return compiled.value(scope);
        } catch {
          return null;
        }
      },
    };
  });
};

const RESERVED_TYPES: FieldTypes = { _key: 'string', _line: 'integer', _n: 'integer', _parent: 'string' };

const fieldColumn = (name: string, field: string, types: FieldTypes): OutputColumn => ({
  name,
  type: RESERVED_TYPES[field] ?? types[field] ?? 'string',
  valueOf: (scope) => (Object.hasOwn(scope, field) ? (scope[field] ?? null) : null),
});

export const valuesOf = (columns: OutputColumn[], { row }: FinalRow, vars: Fields): Fields => {
  const scope = rowScope(row, vars);
  return Object.fromEntries(columns.map(({ name, valueOf }) => [name, valueOf(scope)]));
};
