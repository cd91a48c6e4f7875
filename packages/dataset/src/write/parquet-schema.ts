import type { Json } from '@batchmill/contracts';
import type { SchemaElement } from 'hyparquet';
import { elementOf, isUnion } from '../field-types.ts';
import type { ColumnType } from '../field-types.ts';
import type { Column } from './row-writer.ts';

/** Schema of a file with these columns, all of them nullable; lists are real ones of three levels, as Arrow writes them. */
export const parquetSchemaOf = (columns: readonly Column[]): SchemaElement[] => [
  { name: 'root', num_children: columns.length },
  ...columns.flatMap(({ name, type }) => elementsOf(name, type)),
];

/**
 * A converter for every value of a column. Numbers that are not finite become null, as in every JSON text.
 * @throws TypeError for a value that is not of the type of the column
 */
export const converterOf = (column: string, type: ColumnType): ((value: Json) => unknown) => {
  const element = elementOf(type);
  const convert = element === undefined ? scalarConverter(column, type) : listConverter(column, element);
  return (value) => (value === null || value === undefined ? null : convert(value));
};

const elementsOf = (name: string, type: ColumnType): SchemaElement[] => {
  const element = elementOf(type);
  const repetition_type = 'OPTIONAL';
  if (element !== undefined) {
    return [
      { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', element),
    ];
  }
  switch (type) {
    case 'boolean':
      return [{ name, repetition_type, type: 'BOOLEAN' }];
    case 'integer':
      return [{ name, repetition_type, type: 'INT64' }];
    case 'double':
      return [{ name, repetition_type, type: 'DOUBLE' }];
    default:
      // JSON is written as plain text: not every reader of Parquet knows the JSON annotation.
      return [{ name, repetition_type, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }];
  }
};

const listConverter = (column: string, element: ColumnType): ((value: Json) => unknown) => {
  const convert = converterOf(column, element);
  return (value) => {
    if (!Array.isArray(value)) throw mismatch(column, `list<${element}>`, value);
    return value.map(convert);
  };
};

const scalarConverter = (column: string, type: ColumnType): ((value: Json) => unknown) => {
  if (isUnion(type))
    throw new TypeError(`column "${column}" has values of different types (${type}), which Parquet cannot hold`);
  switch (type) {
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : refuse(column, type, value));
    case 'integer':
      return (value) => (Number.isSafeInteger(value) ? BigInt(value as number) : refuse(column, type, value));
    case 'double':
      return (value) =>
        typeof value === 'number' ? (Number.isFinite(value) ? value : null) : refuse(column, type, value);
    case 'string':
      return (value) => (typeof value === 'string' ? value : refuse(column, type, value));
    case 'null':
      return (value) => refuse(column, type, value);
    case 'json':
      return (value) => JSON.stringify(value);
    default:
      throw new TypeError(`column "${column}" has the unknown type "${type}"`);
  }
};

const refuse = (column: string, type: ColumnType, value: Json): never => {
  throw mismatch(column, type, value);
};

const mismatch = (column: string, type: ColumnType, value: Json): TypeError =>
  new TypeError(`column "${column}" is of type ${type} and cannot hold ${JSON.stringify(value).slice(0, 60)}`);
