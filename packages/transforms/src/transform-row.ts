import type { Fields, Row, TransformStage } from '@batchmill/contracts';
import { endRounds, enterRound, keepsTurns, leaveRound, takesPart } from '@batchmill/rounds';
import { compileCondition, rowScope } from '@batchmill/templates';
import { createTransform } from './create-transform.ts';
import { RowTransformError } from './row-transform-error.ts';

/** The rows that go on, or why this one does not; both where a turn has failed and its row goes on. */
export type TransformedRow =
  | { outcome: 'ok' | 'skipped'; rows: Row[] }
  | { outcome: 'invalid'; reason: { code: string; message: string }; rows?: Row[] };

/** What a stage makes of a row; one for which its `when` does not hold goes on as it is. */
export const createRowTransform = (stage: TransformStage, vars: Fields): ((row: Row) => TransformedRow) => {
  const transform = createTransform(stage, vars);
  const when = stage.when === undefined ? null : compileCondition(stage.when);
  return (entering) => {
    const row = enterRound(entering, stage);
    const leaving = (rows: Row[]): Row[] => rows.map((one) => leaveRound(one, stage));
    if (!takesPart(row, stage) || (when !== null && !when(rowScope(row, vars)))) {
      return { outcome: 'skipped', rows: leaving([row]) };
    }
    try {
      return { outcome: 'ok', rows: leaving(transform.apply(row)) };
    } catch (error) {
      if (!(error instanceof RowTransformError)) throw error;
      const invalid = { outcome: 'invalid' as const, reason: { code: error.code, message: error.message } };
      return keepsTurns(stage, 'invalid') ? { ...invalid, rows: [endRounds(row, stage)] } : invalid;
    }
  };
};
