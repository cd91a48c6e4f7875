import { createHash } from 'node:crypto';
import { compareRowIds } from '@batchmill/contracts';
import type { FinalRow, RejectGroup } from '@batchmill/outputs';

const ROWS = 8;
const REASONS = 50;
const EXAMPLES_PER_REASON = 3;

/** Some of the rows of a job, for a person to look at; the same ones each time the job is exported. */
export type RowSample = { add(row: FinalRow): void; delivered(): FinalRow[]; rejects(): RejectGroup[] };

/** Holds the delivered rows whose keys have the lowest hashes, and the first rejects for each reason. */
export const openRowSample = (): RowSample => {
  let lowest: { place: string; row: FinalRow }[] = [];
  const groups = new Map<string, RejectGroup>();
  const addReject = ({ row, outcome }: FinalRow, reason: string, message: string): void => {
    const group = groups.get(reason) ?? { reason, rows: 0, examples: [] };
    group.rows += 1;
    if (group.examples.length < EXAMPLES_PER_REASON) group.examples.push({ key: row.key, outcome, message });
    if (groups.size < REASONS || groups.has(reason)) groups.set(reason, group);
  };
  return {
    add: (row) => {
      if (row.reject !== undefined) {
        const { step, reason } = row.reject;
        addReject(row, `${step}: ${reason.code}`, reason.message);
        return;
      }
      const place = createHash('sha256').update(row.row.key).digest('hex');
      const last = lowest.at(-1);
      if (lowest.length === ROWS && last !== undefined && place >= last.place) return;
      lowest = [...lowest, { place, row }].sort((a, b) => (a.place < b.place ? -1 : 1)).slice(0, ROWS);
    },
    delivered: () => lowest.map(({ row }) => row).sort((a, b) => compareRowIds(a.row.id, b.row.id)),
    rejects: () => [...groups.values()].sort((a, b) => b.rows - a.rows),
  };
};
