import { parseCustomId } from '@batchmill/contracts';

/** What becomes of one request in a paid batch. `intact`: a whole answer stands in the batch's output file. */
export type Fate = 'intact' | 'fails' | 'refused' | 'missing' | 'garbled' | 'expired' | 'cancelled';

export type BilledRow = { customId: string; row: string; fate: Fate };
export type Bill = { batchId: string; fileId: string; rows: BilledRow[]; ended: boolean };

/** The provider's own book: every accepted row is paid at the moment its batch leaves validation. */
export class Meter {
  readonly bills: Bill[] = [];
  readonly violations: string[] = [];
  readonly #byRow = new Map<string, Bill[]>();

  add(bill: Bill): void {
    for (const { row, customId } of bill.rows) {
      const before = this.#byRow.get(row) ?? [];
      for (const earlier of before) {
        if (!earlier.ended) {
          this.violations.push(`${customId} is paid in ${bill.batchId} while ${earlier.batchId} still works on it`);
        }
        if (earlier.rows.some((one) => one.row === row && one.fate === 'intact')) {
          this.violations.push(
            `${customId} is paid twice: in ${bill.batchId} after an intact answer of ${earlier.batchId}`,
          );
        }
      }
      this.#byRow.set(row, [...before, bill]);
    }
    this.bills.push(bill);
  }

  /** Bills that hold this row of a stage, oldest first. */
  of(row: string): Bill[] {
    return this.#byRow.get(row) ?? [];
  }
}

/** Job, stage and row of a custom id: what may be paid once. */
export const paidRow = (customId: string): string => {
  const parts = parseCustomId(customId);
  if (parts === null) throw new Error(`${customId} is no custom id of ours`);
  return `${parts.job}/${parts.stage}/${parts.row}`;
};
