import type { Output } from '@batchmill/contracts';
import type { OutputDefinition } from '../definition/definition.ts';
import { formatOf } from '../definition/file-formats.ts';
import { hasTemplate } from '../definition/what-stands-where.ts';

export const compileOutput = (output: OutputDefinition): Output => {
  const { file, dir, columns, rows = 'ok', split } = output;
  return {
    format: output.format ?? (dir === undefined ? formatOf(file ?? '') : 'parquet') ?? 'jsonl',
    ...(file === undefined ? {} : { file }),
    ...(dir === undefined ? {} : { dir }),
    ...(columns === undefined ? {} : { columns: columnsOf(columns) }),
    rows,
    ...(split === undefined ? {} : { split: splitOf(split) }),
  };
};

const columnsOf = (columns: string[] | Record<string, string>): NonNullable<Output['columns']> => {
  if (Array.isArray(columns)) return columns.map((name) => ({ name, field: name }));
  return Object.entries(columns).map(([name, source]) =>
    hasTemplate(source) ? { name, template: source } : { name, field: source },
  );
};

const splitOf = ({ seed = 0, ...shares }: Record<string, number>): NonNullable<Output['split']> => ({
  shares: Object.entries(shares).map(([name, share]) => ({ name, share })),
  seed,
});
