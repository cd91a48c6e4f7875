import type { Json } from '@batchmill/contracts';
import { stringify } from 'csv-stringify/sync';
import { ownValue } from '../own-value.ts';
import { CHUNK_CHARACTERS } from './row-writer.ts';
import type { Column, RowWriter, Sink } from './row-writer.ts';
import { TextSink } from './text-sink.ts';

/** Rows are put into text together, since each call has its price. */
const ROWS_AT_ONCE = 200;

/**
 * A header and a record per row, in UTF-8 with `,`, quotes where needed, and `\n`. Lists and objects are JSON text,
 * null is an empty cell. Cells that begin with `=` are written as they are: this is a data file, not a spreadsheet.
 */
export const openCsvWriter = (columns: readonly Column[], sink: Sink): RowWriter => {
  const text = new TextSink(sink);
  let held: string[][] = [columns.map(({ name }) => name)];
  let heldCharacters = 0;
  let rows = 0;
  const flush = async (): Promise<void> => {
    const records = held;
    held = [];
    heldCharacters = 0;
    // A record of one empty cell would be an empty line, which readers leave out.
    const options = { quoted_empty: columns.length === 1, quoted_match: /\r/, record_delimiter: '\n' };
    await text.write(stringify(records, options));
  };
  return {
    write: async (values) => {
      rows += 1;
      const cells = columns.map(({ name }) => toCell(ownValue(values, name)));
      held.push(cells);
      for (const cell of cells) heldCharacters += cell.length;
      if (held.length >= ROWS_AT_ONCE || heldCharacters >= CHUNK_CHARACTERS) await flush();
    },
    finish: async () => {
      await flush();
      await text.flush();
      return { rows };
    },
  };
};

const toCell = (value: Json): string => {
  if (value === null || Number.isNaN(value)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
