import { isUtf8 } from 'node:buffer';
import type { Json } from '@batchmill/contracts';
import { parquetSchema } from 'hyparquet';
import type { FileMetaData, SchemaTree } from 'hyparquet';

/** What the type of a column says about its values. */
export type ValueRules = {
  /** Digits after the point of a decimal. */
  scale?: number;
  /** Integers are written as text, since some of them do not fit into a double. */
  integersAsText?: boolean;
};

/**
 * A decoded Parquet value as JSON.
 * @throws Error for what JSON cannot say: infinity, an invalid time
 */
export const toJsonValue = (value: unknown, rules: ValueRules = {}): Json => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return toNumber(value, rules.scale);
    case 'bigint':
      return isSafe(value) && rules.integersAsText !== true ? Number(value) : String(value);
    case 'object':
      return toObject(value, rules);
    default:
      return null;
  }
};

/** Rules by the name of the column, for columns of one leaf that have any. */
export const valueRules = (metadata: FileMetaData): Map<string, ValueRules> => {
  const rules = new Map<string, ValueRules>();
  for (const column of parquetSchema(metadata).children) {
    const [leaf, another] = leavesOf(column);
    if (another !== undefined || leaf === undefined) continue;
    const { type, converted_type, logical_type, scale } = leaf.element;
    const isDecimal = converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';
    if (isDecimal) rules.set(column.element.name, { scale: scale ?? 0 });
    else if (type === 'INT64' && hasLargeIntegers(metadata, leaf.path))
      rules.set(column.element.name, { integersAsText: true });
  }
  return rules;
};

const leavesOf = (tree: SchemaTree): SchemaTree[] =>
  tree.children.length === 0 ? [tree] : tree.children.flatMap(leavesOf);

const isSafe = (value: bigint): boolean => value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;

const hasLargeIntegers = (metadata: FileMetaData, path: readonly string[]): boolean =>
  metadata.row_groups.some(({ columns }) => {
    const chunk = columns.find(({ meta_data }) => meta_data?.path_in_schema.join('\0') === path.join('\0'));
    const statistics = chunk?.meta_data?.statistics;
    const bounds = [statistics?.min_value ?? statistics?.min, statistics?.max_value ?? statistics?.max];
    return bounds.some((bound) => typeof bound === 'bigint' && !isSafe(bound));
  });

const toNumber = (value: number, scale: number | undefined): number | null => {
  if (Number.isNaN(value)) return null;
  if (!Number.isFinite(value)) throw new Error('it holds an infinite number');
  // The reader multiplies by a power of ten, which leaves 19.990000000000002 for 19.99.
  return scale === undefined || scale > 20 ? value : Number(value.toFixed(scale));
};

const toObject = (value: object | null, rules: ValueRules): Json => {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => toJsonValue(item, rules));
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return toText(value);
  if (ArrayBuffer.isView(value))
    return [...(value as Float64Array | BigInt64Array)].map((item) => toJsonValue(item, rules));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJsonValue(item, rules)]));
};

const toText = (bytes: Uint8Array): string => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) && !buffer.includes(0) ? buffer.toString('utf8') : buffer.toString('base64');
};
