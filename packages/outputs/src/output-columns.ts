import { InputError } from '@batchmill/contracts';
import type { Fields, FieldTypes, Json, Output } from '@batchmill/contracts';
import { listTypeOf, withEnds } from '@batchmill/dataset';
import { compileTemplate, rowScope } from '@batchmill/templates';
import type { FinalRow } from './final-rows.ts';

/** One column of an output: how its value comes from a row. A value that cannot be made is null. */
export type OutputColumn = {
  name: string;
  type: string;
  /** A rendered value has the type of what it renders to, which is known when all rows were seen. */
  isTypeCertain: boolean;
  /** Of an output of all fields: a row may lack it, which is not the same as null. */
  field?: string;
  valueOf(scope: Fields): Json;
};

export const outputColumns = ({ columns }: Output, types: FieldTypes): OutputColumn[] => {
  if (columns === undefined)
    return Object.keys(types).map((name) => ({ name, field: name, ...cellContent({ field: name }, name, types) }));
  return columns.map(({ name, list, strip, suffix, ...cell }) => {
    const content =
      list === undefined
        ? cellContent(cell, name, types)
        : listContent(list.map((one) => cellContent(one, name, types)));
    const ends = withEnds({ strip, suffix });
    return { ...content, name, valueOf: (scope) => ends(content.valueOf(scope)) };
  });
};

type Content = Omit<OutputColumn, 'name' | 'field'>;
type Cell = { field?: string | undefined; template?: string | undefined };

const RESERVED_TYPES: FieldTypes = { _key: 'string', _line: 'integer', _n: 'integer', _parent: 'string' };

const cellContent = ({ field, template }: Cell, column: string, types: FieldTypes): Content => {
  if (field !== undefined) {
    return {
      type: RESERVED_TYPES[field] ?? types[field] ?? 'string',
      isTypeCertain: true,
      valueOf: (scope) => (Object.hasOwn(scope, field) ? (scope[field] ?? null) : null),
    };
  }
  if (template === undefined) throw new InputError([{ code: 'column', message: `column "${column}" has no value` }]);
  const compiled = compileTemplate(template);
  return {
    type: 'string',
    isTypeCertain: false,
    valueOf: (scope) => {
      try {
        return compiled.value(scope);
      } catch {
        return null;
      }
    },
  };
};

const listContent = (cells: Content[]): Content => ({
  type: listTypeOf(cells.map(({ type }) => type)),
  isTypeCertain: cells.every(({ isTypeCertain }) => isTypeCertain),
  valueOf: (scope) => cells.map(({ valueOf }) => valueOf(scope)),
});

/** What stands in the columns; a field that the row lacks is left out where no columns were chosen. */
export const valuesOf = (columns: OutputColumn[], { row }: FinalRow, vars: Fields): Fields => {
  const scope = rowScope(row, vars);
  const there = columns.filter(({ field }) => field === undefined || Object.hasOwn(scope, field));
  return Object.fromEntries(there.map(({ name, valueOf }) => [name, valueOf(scope)]));
};
