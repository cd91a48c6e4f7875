import type { Output } from '@batchmill/contracts';
import type { OutputDefinition, SplitDefinition } from '../definition/output-definition.ts';
import { formatOf } from '../definition/file-formats.ts';
import { cellOf } from './compile-cell.ts';
import { columnsOfQa } from './compile-qa.ts';

export const compileOutput = (output: OutputDefinition): Output => {
  const { file, dir, qa, rows = 'ok', split } = output;
  const columns = qa === undefined ? columnsOf(output.columns) : columnsOfQa(qa);
  // A dataset of questions and answers is made to be passed on.
  const card = output.card ?? (qa === undefined || dir === undefined ? undefined : {});
  return {
    format: output.format ?? (dir === undefined ? formatOf(file ?? '') : 'parquet') ?? 'jsonl',
    ...(file === undefined ? {} : { file }),
    ...(dir === undefined ? {} : { dir }),
    ...(columns === undefined ? {} : { columns }),
    ...(card === undefined ? {} : { card }),
    rows,
    ...(split === undefined ? {} : { split: splitOf(split) }),
    ...(output.turns_as_map === undefined ? {} : { turnsAsMap: output.turns_as_map }),
  };
};

const columnsOf = (columns: string[] | Record<string, string> | undefined): Output['columns'] => {
  if (columns === undefined) return undefined;
  if (Array.isArray(columns)) return columns.map((name) => ({ name, field: name }));
  return Object.entries(columns).map(([name, source]) => ({ name, ...cellOf(source) }));
};

const splitOf = ({ method, seed = 0, ...shares }: SplitDefinition): NonNullable<Output['split']> => ({
  ...(method === undefined ? {} : { method }),
  shares: Object.entries(shares).map(([name, share]) => ({ name, share })),
  seed,
});
