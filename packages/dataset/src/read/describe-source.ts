import type { Fields, FieldTypes, Json, Source } from '@batchmill/contracts';
import { ownValue } from '../own-value.ts';
import { detectFormat } from './detect-format.ts';
import { observeTypes } from '../field-types.ts';
import type { ColumnType } from '../field-types.ts';
import { openParquet } from './parquet-file.ts';
import { READERS } from './read-source.ts';
import type { SourceFile } from './source-file.ts';

const HEAD_BYTES = 64 * 1024;
const SAMPLE_ROWS = 1000;
const EXAMPLES = 3;

export type SourceDescription = {
  format: Source['format'];
  fields: { name: string; type: ColumnType; examples: Json[] }[];
  /** Exact where the whole file was read or says it itself, else from the bytes of the first rows. */
  rowsEstimate: number;
  /** Fields whose values are all there and all different in the rows looked at, the likeliest key first. */
  keyCandidates: string[];
};

/**
 * What a file holds, by its first thousand rows or so.
 * @throws InputError where it cannot be read
 */
export const describeSource = async (file: SourceFile): Promise<SourceDescription> => {
  const format = detectFormat(file.name, await headOf(file));
  const { rows, rowsEstimate } = await sampleOf(file, format);
  const types: FieldTypes = {};
  for (const row of rows) observeTypes(types, row);
  const fields = Object.entries(types).map(([name, type]) => ({ name, type, examples: examplesOf(rows, name) }));
  return { format, fields, rowsEstimate, keyCandidates: keyCandidatesOf(rows, types) };
};

const headOf = async (file: SourceFile): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.open({ start: 0, end: Math.min(HEAD_BYTES, file.bytes) })) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const sampleOf = async (
  file: SourceFile,
  format: Source['format'],
): Promise<{ rows: Fields[]; rowsEstimate: number }> => {
  const counted = { bytes: 0 };
  const rows: Fields[] = [];
  let records = 0;
  let isWhole = true;
  for await (const batch of READERS[format](countingBytes(file, counted))) {
    records += batch.length;
    for (const record of batch) {
      if ('value' in record && isObject(record.value)) rows.push(record.value);
    }
    // Whole batches: their records and the bytes read so far belong together.
    isWhole = counted.bytes >= file.bytes;
    if (records >= SAMPLE_ROWS) break;
  }
  if (format === 'parquet') return { rows, rowsEstimate: Number((await openParquet(file)).metadata.num_rows) };
  return { rows, rowsEstimate: isWhole ? records : Math.round((records * file.bytes) / counted.bytes) };
};

const countingBytes = (file: SourceFile, counted: { bytes: number }): SourceFile => ({
  ...file,
  open: async function* (range) {
    for await (const chunk of file.open(range)) {
      counted.bytes += chunk.length;
      yield chunk;
    }
  },
});

const isObject = (value: Json): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const examplesOf = (rows: readonly Fields[], name: string): Json[] => {
  const seen = new Map<string, Json>();
  for (const row of rows) {
    const value = ownValue(row, name);
    if (value === null || value === '') continue;
    seen.set(JSON.stringify(value), value);
    if (seen.size === EXAMPLES) break;
  }
  return [...seen.values()];
};

const keyCandidatesOf = (rows: readonly Fields[], types: FieldTypes): string[] => {
  const names = Object.keys(types).filter((name) => ['string', 'integer'].includes(types[name] ?? ''));
  const unique = names.filter((name) => isUnique(rows, name));
  return unique.sort((a, b) => keyRank(a) - keyRank(b));
};

const isUnique = (rows: readonly Fields[], name: string): boolean => {
  const seen = new Set<Json>();
  for (const row of rows) {
    const value = ownValue(row, name);
    if (value === null || value === '' || seen.has(value)) return false;
    seen.add(value);
  }
  return seen.size > 0;
};

const KEY_NAMES = [/^(?:id|key|_id|uuid|guid)$/i, /(?:_id|_key|[a-z]Id)$/, /^(?:id|key)_|name$|path$|url$/i];

const keyRank = (name: string): number => {
  const rank = KEY_NAMES.findIndex((pattern) => pattern.test(name));
  return rank === -1 ? KEY_NAMES.length : rank;
};
