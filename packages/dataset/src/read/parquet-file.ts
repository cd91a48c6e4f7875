import { parquetMetadataAsync, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { pageChecker } from './check-pages.ts';
import { excerpt, refuseFile } from './refuse-file.ts';
import type { SourceFile } from './source-file.ts';

/** Read at once from the end: holds the footer of all but very wide or very long files. */
const FOOTER_BYTES = 512 * 1024;

export type ParquetFile = {
  buffer: AsyncBuffer;
  metadata: FileMetaData;
  /** Names of the columns, of which some may be nested. */
  columns: readonly string[];
  /** The result of reading a part, or the error that tells a user what is wrong with the file. */
  reading<T>(part: string, work: Promise<T>): Promise<T>;
};

/** @throws InputError for what is no Parquet file or has lost its end */
export const openParquet = async (file: SourceFile): Promise<ParquetFile> => {
  await refuseOther(file);
  let failure: unknown;
  let checkPages: ReturnType<typeof pageChecker> | undefined;
  const buffer: AsyncBuffer = {
    byteLength: file.bytes,
    slice: async (start, end = file.bytes) => {
      const bytes = await readRange(file, start, end).catch((error: unknown) => {
        failure = error;
        throw error;
      });
      checkPages?.(start, bytes);
      return bytes;
    },
  };
  const reading = async <T>(part: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      // Trouble with the store is no fault of the file.
      if (failure !== undefined) throw failure;
      throw damaged(file, part, error);
    }
  };
  const metadata = await reading(
    'description at its end',
    parquetMetadataAsync(buffer, { initialFetchSize: FOOTER_BYTES, geoparquet: false }),
  );
  const { columns, checker } = await reading('description at its end', understand(metadata));
  checkPages = checker;
  return { buffer, metadata, columns, reading };
};

const understand = async (metadata: FileMetaData) => {
  const rows = metadata.row_groups.reduce(
    (sum, group) => sum + (group.num_rows < 0n ? -Infinity : Number(group.num_rows)),
    0,
  );
  if (rows !== Number(metadata.num_rows)) throw new Error('the numbers of rows do not agree');
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  return { columns, checker: pageChecker(metadata) };
};

const readRange = async (file: SourceFile, start: number, end: number): Promise<ArrayBuffer> => {
  const bytes = new Uint8Array(Math.max(0, Math.min(end, file.bytes) - start));
  let at = 0;
  for await (const chunk of file.open({ start, end: start + bytes.length })) {
    bytes.set(chunk.subarray(0, bytes.length - at), at);
    at += chunk.length;
  }
  if (at < bytes.length) throw new Error(`${file.name}: ${bytes.length} bytes asked for at ${start}, ${at} given`);
  return bytes.buffer;
};

const MAGIC = 'PAR1';

const refuseOther = async (file: SourceFile): Promise<void> => {
  if (file.bytes === 0) {
    throw refuseFile(file, undefined, {
      code: 'empty-file',
      message: 'the file is empty',
      remedy: 'Check that it is the right file and that writing it had ended',
    });
  }
  const head = Buffer.from(await readRange(file, 0, Math.min(64, file.bytes))).toString('latin1');
  const tail = Buffer.from(await readRange(file, Math.max(0, file.bytes - 4), file.bytes)).toString('latin1');
  if (head.startsWith('PARE') || tail === 'PARE') {
    throw refuseFile(file, undefined, {
      code: 'encrypted-parquet',
      message: 'the file is encrypted',
      remedy: 'Write it without encryption',
    });
  }
  if (!head.startsWith(MAGIC)) {
    throw refuseFile(file, undefined, {
      code: 'wrong-format',
      message: 'the file is no Parquet file',
      found: excerpt(head.replaceAll(/[^\x20-\x7e\n]/g, '?')),
      expected: `the bytes ${MAGIC} at its start`,
      remedy: 'Set the format of the source to what the file is: csv, json, jsonl or m4',
    });
  }
  if (tail !== MAGIC || file.bytes < 12) {
    throw refuseFile(file, undefined, {
      code: 'truncated-parquet',
      message: 'the end of the Parquet file is missing',
      expected: `the bytes ${MAGIC} at its end`,
      remedy: 'Get the file again, or wait until writing it has ended',
    });
  }
};

const damaged = (file: SourceFile, part: string, cause: unknown) =>
  refuseFile(
    file,
    undefined,
    {
      code: 'broken-parquet',
      message: `the ${part} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: 'Get the file again, or write it anew, for example with pyarrow',
    },
    { cause },
  );
