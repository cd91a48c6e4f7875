import type { CompiledPipeline, FieldTypes, Output } from '@batchmill/contracts';
import { mergeTypes, observeTypes } from '@batchmill/dataset';
import type { FinalRow } from './final-rows.ts';
import { valuesOf } from './output-columns.ts';
import type { OutputColumn } from './output-columns.ts';
import { isSplitOverAll } from './output-paths.ts';

/** What must be known of all rows before the first is written. */
export type RowSurvey = { rows: number; columns: OutputColumn[] };

export const isWanted = ({ rows }: Output, { reject }: FinalRow): boolean => rows === 'all' || reject === undefined;

/**
 * Reads the rows once where that is needed: a Parquet column of rendered values has the type of what they render to, and
 * a permutation needs the number of the rows. Elsewhere `rows` is 0.
 */
export const surveyRows = async (
  work: { pipeline: CompiledPipeline; output: Output; rows: () => AsyncIterable<FinalRow> },
  columns: OutputColumn[],
): Promise<RowSurvey> => {
  const { pipeline, output } = work;
  const uncertain = output.format === 'parquet' ? columns.filter(({ isTypeCertain }) => !isTypeCertain) : [];
  if (uncertain.length === 0 && !isSplitOverAll(output)) return { rows: 0, columns };
  const types: FieldTypes = {};
  let rows = 0;
  for await (const final of work.rows()) {
    if (!isWanted(output, final)) continue;
    rows += 1;
    observeTypes(types, valuesOf(uncertain, final, pipeline.vars));
  }
  // where rows disagree, the column is JSON text: paid work is never held back for a type
  const seen = mergeTypes([{ name: 'all rows', types }]).types;
  const typed = columns.map((column) => ({
    ...column,
    type: (Object.hasOwn(seen, column.name) ? seen[column.name] : undefined) ?? column.type,
  }));
  return { rows, columns: typed };
};
