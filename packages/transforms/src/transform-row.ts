import type { Fields, Row, TransformStage } from '@batchmill/contracts';
import { compileCondition, rowScope } from '@batchmill/templates';
import { createTransform } from './create-transform.ts';
import { RowTransformError } from './row-transform-error.ts';

/** The rows that go on, or why this one does not. */
export type TransformedRow =
  | { outcome: 'ok' | 'skipped'; rows: Row[] }
  | { outcome: 'invalid'; reason: { code: string; message: string } };

/** What a stage makes of a row; one for which its `when` does not hold goes on as it is. */
export const createRowTransform = (stage: TransformStage, vars: Fields): ((row: Row) => TransformedRow) => {
  const transform = createTransform(stage, vars);
  const when = stage.when === undefined ? null : compileCondition(stage.when);
  return (row) => {
    if (when !== null && !when(rowScope(row, vars))) return { outcome: 'skipped', rows: [row] };
    try {
      return { outcome: 'ok', rows: transform.apply(row) };
    } catch (error) {
      if (!(error instanceof RowTransformError)) throw error;
      return { outcome: 'invalid', reason: { code: error.code, message: error.message } };
    }
  };
};
