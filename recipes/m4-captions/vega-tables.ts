import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSource } from '@batchmill/dataset';
import type { SourceFile } from '@batchmill/dataset';

export type Cell = string | number | null;
export type Table = Record<string, Cell>[];

/** The rows of one file of vega-datasets. Throws where a record cannot be read. */
export const readTable = async (name: string): Promise<Table> => {
  const format = name.endsWith('.json') ? 'json' : 'csv';
  const rows: Table = [];
  for await (const item of readSource({ format, paths: [name], derive: [] }, [await vegaFile(name)], { vars: {} })) {
    if ('problem' in item) throw new Error(`${name}:${item.line}: ${item.problem.message}`);
    rows.push(item.fields as Record<string, Cell>);
  }
  return rows;
};

const PACKAGE = path.dirname(path.dirname(fileURLToPath(import.meta.resolve('vega-datasets'))));

const vegaFile = async (name: string): Promise<SourceFile> => {
  const file = path.join(PACKAGE, 'data', name);
  return {
    name,
    bytes: (await stat(file)).size,
    open: (range) => createReadStream(file, range === undefined ? {} : { start: range.start, end: range.end - 1 }),
  };
};
