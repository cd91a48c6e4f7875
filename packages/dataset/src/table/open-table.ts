import { InputError } from '@batchmill/contracts';
import type { Fields } from '@batchmill/contracts';
import { READERS } from '../read/read-source.ts';
import type { SourceFile } from '../read/source-file.ts';
import { openCsvTable } from './csv-table.ts';
import { openParquetTable } from './parquet-table.ts';
import type { Table } from './table.ts';

const OPENERS = { csv: openCsvTable, parquet: openParquetTable };

export type TableFormat = keyof typeof OPENERS;

/** @throws InputError for a file that is not of the format, or is damaged */
export const openTable = async (file: SourceFile, format: TableFormat): Promise<Table> => ({
  ...(await OPENERS[format](file)),
  async *all() {
    for await (const records of READERS[format](file)) {
      for (const record of records) {
        if ('problem' in record) throw new InputError([record.problem]);
        // both formats have columns, so that a record is an object
        yield record.value as Fields;
      }
    }
  },
});
