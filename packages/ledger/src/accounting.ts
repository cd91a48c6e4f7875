import { noUsage, rowsGoingOn, totalRows } from '@batchmill/contracts';
import type { Body, ClosedRecord, OutcomesRecord } from '@batchmill/contracts';

/** The sums of an accounting do not hold: stop rather than lose a row. */
export class AccountingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AccountingError';
  }
}

/** Rows of an attempt = rows with an outcome + rows that are asked again. */
export const checkOutcomes = (outcomes: Body<OutcomesRecord>): Body<OutcomesRecord> => {
  const counted = totalRows(outcomes.counts) + outcomes.again.rows;
  if (counted !== outcomes.rows)
    throw new AccountingError(`${outcomes.rows} rows in the attempt, ${counted} accounted`);
  return outcomes;
};

/**
 * Rows entering = sum of outcomes; rows going on = `ok` + `skipped` (a transform may multiply them), and those that go on
 * with the turns before one that failed; the rest is rejected.
 */
export const checkClosed = (closed: Body<ClosedRecord>, multiplies = false): Body<ClosedRecord> => {
  const counted = totalRows(closed.counts);
  if (counted !== closed.entering) throw new AccountingError(`${closed.entering} rows entered, ${counted} accounted`);
  const goingOn = rowsGoingOn(closed.counts) + totalRows(closed.kept?.outcomes ?? {});
  const next = closed.rows?.lines ?? 0;
  if (multiplies ? goingOn === 0 && next > 0 : next !== goingOn) {
    throw new AccountingError(`${goingOn} rows go on, ${next} rows are in the next stage`);
  }
  const rejects = closed.rejects?.lines ?? 0;
  if (rejects !== counted - goingOn) {
    throw new AccountingError(`${counted - goingOn} rows end here, ${rejects} are among the rejects`);
  }
  return closed;
};

/** The money part of a closed stage in which no model was asked. */
export const unpaid = {
  usage: noUsage,
  cost: 0,
  realtimeCost: 0,
  estimatedCost: 0,
  attempts: 0,
  batches: 0,
  askedAgain: {},
} satisfies Partial<Body<ClosedRecord>>;
