import { parquetSchema } from 'hyparquet';
import type { ColumnMetaData, FileMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

/** No writer makes pages near this size; a damaged header may ask for any. */
const MAX_PAGE_BYTES = 1024 * 1024 * 1024;

type Chunk = { meta: ColumnMetaData; start: number; end: number; levels: LevelBits };
type LevelBits = { repetition: number; definition: number };

/**
 * Checks the pages in a part of the file that begins with one: their headers, and the levels where they stand open.
 * The decoder believes both, and damaged ones can make it count to billions.
 * @throws Error for what cannot be true
 */
export const pageChecker = (metadata: FileMetaData): ((start: number, bytes: ArrayBuffer) => void) => {
  const chunks = metadata.row_groups.flatMap(({ columns }) =>
    columns.flatMap(({ meta_data }) => (meta_data === undefined ? [] : [toChunk(metadata, meta_data)])),
  );
  return (start, bytes) => {
    for (const chunk of chunks) {
      const from = Math.max(start, chunk.start) - start;
      const to = Math.min(start + bytes.byteLength, chunk.end) - start;
      if (from < to) checkPages(chunk, new DataView(bytes, 0, to), from);
    }
  };
};

const toChunk = (metadata: FileMetaData, meta: ColumnMetaData): Chunk => {
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  return {
    meta,
    start,
    end: start + Number(meta.total_compressed_size),
    levels: levelBits(metadata, meta.path_in_schema),
  };
};

const levelBits = (metadata: FileMetaData, path: readonly string[]): LevelBits => {
  let node = parquetSchema(metadata);
  let repetition = 0;
  let definition = 0;
  for (const name of path) {
    const child = node.children.find(({ element }) => element.name === name);
    if (child === undefined) throw new Error(`the schema lacks the column "${path.join('.')}"`);
    node = child;
    if (node.element.repetition_type === 'REPEATED') repetition += 1;
    if (node.element.repetition_type !== 'REQUIRED') definition += 1;
  }
  return { repetition: bitsOf(repetition), definition: bitsOf(definition) };
};

const bitsOf = (level: number): number => 32 - Math.clz32(level);

/** The part of a page's header that its type asks for. */
const PAGE_PARTS = {
  DICTIONARY_PAGE: 'dictionary_page_header',
  DATA_PAGE: 'data_page_header',
  DATA_PAGE_V2: 'data_page_header_v2',
} as const;

const checkPages = ({ meta, levels }: Chunk, view: DataView, from: number): void => {
  const reader = { view, offset: from };
  let values = 0;
  while (reader.offset < view.byteLength) {
    const header = parquetHeader(reader);
    const { compressed_page_size: size, data_page_header_v2: v2 } = header;
    const page = header.data_page_header ?? v2 ?? header.dictionary_page_header;
    // Parts that a damaged header lacks are undefined, whatever their type says.
    const count = page?.num_values ?? Number.NaN;
    if (header.dictionary_page_header === undefined) values += count;
    const isTrue =
      header.type in PAGE_PARTS &&
      header[PAGE_PARTS[header.type as keyof typeof PAGE_PARTS]] !== undefined &&
      isWithin(count, Number(meta.num_values)) &&
      values <= Number(meta.num_values) &&
      isWithin(size, view.byteLength - reader.offset) &&
      isWithin(header.uncompressed_page_size, MAX_PAGE_BYTES) &&
      (v2 === undefined || areLevels(v2, new DataView(view.buffer, reader.offset, size), levels));
    if (!isTrue) throw new Error(`a page of the column "${meta.path_in_schema.join('.')}" is damaged`);
    reader.offset += size;
  }
};

const isWithin = (value: number, limit: number): boolean => Number.isInteger(value) && value >= 0 && value <= limit;

type PageHeaderV2 = NonNullable<ReturnType<typeof parquetHeader>['data_page_header_v2']>;

const areLevels = (header: PageHeaderV2, page: DataView, levels: LevelBits): boolean => {
  const {
    repetition_levels_byte_length: repetition,
    definition_levels_byte_length: definition,
    num_values: count,
  } = header;
  if (!isWithin(header.num_nulls, count) || !isWithin(header.num_rows, count)) return false;
  if (!isWithin(repetition, page.byteLength) || !isWithin(definition, page.byteLength - repetition)) return false;
  const bytes = (from: number, length: number) => new DataView(page.buffer, page.byteOffset + from, length);
  return (
    areRuns(bytes(0, repetition), levels.repetition, count) &&
    areRuns(bytes(repetition, definition), levels.definition, count)
  );
};

/** Whether bytes can be `count` values of some bits each: runs of one repeated value, or of packed groups of eight. */
const areRuns = (bytes: DataView, bits: number, count: number): boolean => {
  let at = 0;
  let seen = 0;
  while (bytes.byteLength > 0 && seen < count) {
    let header = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7, at += 1) {
      if (at >= bytes.byteLength || shift > 28) return false;
      byte = bytes.getUint8(at);
      header += (byte & 0x7f) * 2 ** shift;
    }
    const isPacked = header % 2 === 1;
    const length = Math.floor(header / 2) * (isPacked ? 8 : 1);
    seen += length;
    at += isPacked ? (length / 8) * bits : Math.ceil(bits / 8);
    // Only the last packed group may have room left over.
    if (length === 0 || at > bytes.byteLength || seen >= count + (isPacked ? 8 : 1)) return false;
  }
  return true;
};
