import type { Fields } from '@batchmill/contracts';

/** Rows of a file, each of which can be had by its position. Holds a small part of the file. */
export type RowsByPosition = {
  columns: readonly string[];
  rows: number;
  /**
   * Positions count from 0.
   * @throws RangeError for a row that is not there
   */
  row(position: number): Promise<Fields>;
};

export type Table = RowsByPosition & {
  /** All rows in order, read anew. */
  all(): AsyncGenerator<Fields, void, undefined>;
};

export const checkPosition = (position: number, rows: number): void => {
  if (!Number.isInteger(position) || position < 0 || position >= rows)
    throw new RangeError(`there is no row ${position}: rows go from 0 to ${rows - 1}`);
};

/** The rows of several tables as those of one. */
export const joinTables = (tables: readonly Table[]): Table => {
  const [only] = tables;
  if (tables.length === 1 && only !== undefined) return only;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    columns: [...new Set(tables.flatMap(({ columns }) => columns))],
    rows,
    row: async (position) => {
      checkPosition(position, rows);
      let within = position;
      for (const table of tables) {
        if (within < table.rows) return table.row(within);
        within -= table.rows;
      }
      throw new RangeError(`there is no row ${position}`);
    },
    async *all() {
      for (const table of tables) yield* table.all();
    },
  };
};
