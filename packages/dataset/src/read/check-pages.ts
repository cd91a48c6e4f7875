import type { ColumnMetaData, FileMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

/** No writer makes pages near this size; a damaged header may ask for any. */
const MAX_PAGE_BYTES = 1024 * 1024 * 1024;

/**
 * Checks the headers of the pages in a part of the file that begins with one. The decoder believes them:
 * a damaged one can make it count to billions.
 * @throws Error for a header that cannot be true
 */
export const pageChecker = (metadata: FileMetaData): ((start: number, bytes: ArrayBuffer) => void) => {
  const chunks = metadata.row_groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data ?? []));
  const extents = chunks.map((chunk) => ({ chunk, ...extentOf(chunk) })).sort((a, b) => a.start - b.start);
  return (start, bytes) => {
    for (const { chunk, ...extent } of extents) {
      const from = Math.max(start, extent.start) - start;
      const to = Math.min(start + bytes.byteLength, extent.end) - start;
      if (from < to) checkPages(chunk, new DataView(bytes, 0, to), from);
    }
  };
};

const extentOf = (chunk: ColumnMetaData): { start: number; end: number } => {
  const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
  return { start, end: start + Number(chunk.total_compressed_size) };
};

const checkPages = (chunk: ColumnMetaData, view: DataView, from: number): void => {
  const reader = { view, offset: from };
  let values = 0;
  while (reader.offset < view.byteLength) {
    const header = parquetHeader(reader);
    const page = header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
    const count = page?.num_values ?? 0;
    const isData = header.dictionary_page_header === undefined;
    if (isData) values += count;
    const left = view.byteLength - reader.offset;
    const isTrue =
      isWithin(count, Number(chunk.num_values)) &&
      isWithin(header.compressed_page_size, left) &&
      isWithin(header.uncompressed_page_size, MAX_PAGE_BYTES) &&
      isWithin(header.data_page_header_v2?.definition_levels_byte_length ?? 0, left) &&
      isWithin(header.data_page_header_v2?.repetition_levels_byte_length ?? 0, left) &&
      values <= Number(chunk.num_values);
    if (!isTrue) throw new Error(`a page of the column "${chunk.path_in_schema.join('.')}" has a damaged header`);
    reader.offset += header.compressed_page_size;
  }
};

const isWithin = (value: number, limit: number): boolean => Number.isInteger(value) && value >= 0 && value <= limit;
