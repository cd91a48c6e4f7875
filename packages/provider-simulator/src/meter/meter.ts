import { ANSWERED_INTACT, BILLED_WITHOUT_INTACT_ANSWER, NEVER_BILLED, createGroupTable } from './group-table.ts';
import { hash64 } from './group-of.ts';
import { openMeterLog } from './meter-log.ts';
import type { Billing } from './meter-log.ts';

export type MeterReading = {
  rows_paid: number;
  /** Billed again after the row had given an intact answer. */
  rows_paid_twice: number;
  /** Billed again after nothing but faulty answers. */
  rows_repaid_after_fault: number;
  input_tokens: number;
  output_tokens: number;
};

export type Bill = {
  /** From `groupOf`; null where nothing tells which row it is: then it is only counted. */
  group: string | null;
  batchSeq: number;
  /** Status 200, finish_reason stop, and no injected fault between the answer and the output file. */
  intact: boolean;
  inputTokens: number;
  outputTokens: number;
};

/** Counts every answer that a real provider would charge for. */
export type Meter = {
  bill(bill: Bill): void;
  /** Billings a batch already had when the meter was opened: a batch made anew must leave out its first so many. */
  billedBefore(batchSeq: number): number;
  flush(): void;
  reading(): MeterReading;
  close(): void;
};

export const openMeter = (path: string): Meter => {
  const groups = createGroupTable();
  const billedBefore = new Map<number, number>();
  const totals: MeterReading = {
    rows_paid: 0,
    rows_paid_twice: 0,
    rows_repaid_after_fault: 0,
    input_tokens: 0,
    output_tokens: 0,
  };

  const count = ({ high, low, intact, inputTokens, outputTokens }: Billing): void => {
    totals.rows_paid += 1;
    totals.input_tokens += inputTokens;
    totals.output_tokens += outputTokens;
    if (high === 0 && low === 0) return;
    const before = groups.stateOf(high, low);
    if (before === ANSWERED_INTACT) totals.rows_paid_twice += 1;
    if (before === BILLED_WITHOUT_INTACT_ANSWER) totals.rows_repaid_after_fault += 1;
    const after = intact ? ANSWERED_INTACT : BILLED_WITHOUT_INTACT_ANSWER;
    if (before === NEVER_BILLED || after > before) groups.set(high, low, after);
  };

  const log = openMeterLog(path, (billing) => {
    count(billing);
    billedBefore.set(billing.batchSeq, (billedBefore.get(billing.batchSeq) ?? 0) + 1);
  });

  return {
    bill: ({ group, ...rest }) => {
      const billing = { ...(group === null ? { high: 0, low: 0 } : hash64(group)), ...rest };
      log.add(billing);
      count(billing);
    },
    billedBefore: (batchSeq) => billedBefore.get(batchSeq) ?? 0,
    flush: log.flush,
    reading: () => ({ ...totals }),
    close: log.close,
  };
};
