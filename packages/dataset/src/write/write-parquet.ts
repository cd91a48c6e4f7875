import type { Json } from '@batchmill/contracts';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { converterOf, parquetSchemaOf } from './parquet-schema.ts';
import { ownValue } from '../own-value.ts';
import type { Column, RowWriter, Sink } from './row-writer.ts';

/** Encoding needs several times the bytes of a group, and a worker is to stay below 300 MB. */
const DEFAULT_ROW_GROUP_BYTES = 4 * 1024 * 1024;
const MAX_ROW_GROUP_ROWS = 20_000;

/**
 * Parquet with an explicit schema, Snappy and row groups bounded by their estimated bytes;
 * each group goes to the sink when it is full. Only the group in work and the file's index are held.
 * @throws TypeError for a value that is not of the type of its column
 */
export const openParquetWriter = (
  columns: readonly Column[],
  sink: Sink,
  rowGroupBytes: number = DEFAULT_ROW_GROUP_BYTES,
): RowWriter => {
  const convert = columns.map(({ name, type }) => converterOf(name, type));
  const bytes = new SinkWriter(sink);
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: parquetSchemaOf(columns),
    codec: 'SNAPPY',
    createdBy: 'batchmill',
  });
  let held: unknown[][] = columns.map(() => []);
  let heldRows = 0;
  let heldBytes = 0;
  let rows = 0;

  const flush = async (): Promise<void> => {
    const columnData = columns.map((column, i) => ({ name: column.name, data: held[i] ?? [], ...encodingOf(column) }));
    const rowGroupSize = heldRows;
    held = columns.map(() => []);
    heldRows = 0;
    heldBytes = 0;
    await parquet.write({ columnData, rowGroupSize });
  };

  return {
    write: async (values) => {
      const row = columns.map(({ name }, i) => convert[i]?.(ownValue(values, name)));
      row.forEach((value, i) => held[i]?.push(value));
      for (const { name } of columns) heldBytes += estimatedBytes(ownValue(values, name));
      heldRows += 1;
      rows += 1;
      if (heldBytes >= rowGroupBytes || heldRows >= MAX_ROW_GROUP_ROWS) await flush();
    },
    finish: async () => {
      if (heldRows > 0) await flush();
      await parquet.finish();
      await bytes.flush();
      return { rows };
    },
  };
};

/** A dictionary pays for repeated text; looking for one among measured values costs most of the time and memory. */
const encodingOf = ({ type }: Column): { encoding?: 'PLAIN' } => (type.includes('double') ? { encoding: 'PLAIN' } : {});

const estimatedBytes = (value: Json): number => {
  if (value === null) return 1;
  if (typeof value === 'string') return value.length + 4;
  if (typeof value !== 'object') return 8;
  if (!Array.isArray(value)) return JSON.stringify(value).length + 4;
  let bytes = 4;
  for (const item of value) bytes += estimatedBytes(item);
  return bytes;
};

/** Gives its bytes away at the end of each row group. */
class SinkWriter extends ByteWriter {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    super(DEFAULT_ROW_GROUP_BYTES / 16);
    this.#sink = sink;
  }

  async flush(): Promise<void> {
    if (this.index === 0) return;
    const chunk = new Uint8Array(this.buffer, 0, this.index).slice();
    this.index = 0;
    await this.#sink(chunk);
  }
}
