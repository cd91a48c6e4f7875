import { addCounts, rowIdOf } from '@batchmill/contracts';
import type { FieldTypes, RejectedRow, Row, RunRef } from '@batchmill/contracts';
import { observeTypes } from '@batchmill/dataset';
import { checkClosed, keys, unpaid } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { ReadRow, ReadRows } from './read-rows.ts';
import type { ShardSize } from './shard-size.ts';

export type WrittenShards = {
  shards: number;
  rows: number;
  rejected: number;
  rejectsByReason: Record<string, number>;
  /** Joined file → rows it does not know. */
  unjoined: Map<string, number>;
};

/** Cuts the rows into shards of the given size and closes stage 000 of each. */
export const writeShards = async (
  { ledger, ref, size }: { ledger: Ledger; ref: RunRef; size: ShardSize },
  readRows: ReadRows,
): Promise<WrittenShards> => {
  const written: WrittenShards = { shards: 0, rows: 0, rejected: 0, rejectsByReason: {}, unjoined: new Map() };
  let slice = emptySlice();
  const closeSlice = async (): Promise<void> => {
    await closeIngest(ledger, { ...ref, shard: written.shards }, slice);
    written.shards += 1;
    written.rows += slice.rows.length;
    written.rejected += slice.rejects.filter(({ stage }) => stage === SOURCE).length;
    slice = emptySlice();
  };

  for await (const read of readRows()) {
    const bytes = read.kind === 'row' ? read.bytes : 0;
    const count = slice.rows.length + slice.rejects.length;
    if (count >= size.rows || (count > 0 && slice.bytes + bytes > size.bytes)) await closeSlice();
    slice.bytes += bytes;
    if (read.kind === 'row') {
      const row = { ...read.row, home: written.shards };
      observeTypes(slice.types, row.fields);
      slice.rows.push(JSON.stringify(row));
      for (const path of read.unjoined ?? []) written.unjoined.set(path, (written.unjoined.get(path) ?? 0) + 1);
    } else {
      const reject = read.kind === 'ended' ? read.reject : rejectedSourceRow(read, written.shards);
      const { code } = reject.reason;
      observeTypes(slice.types, reject.fields);
      slice.rejects.push(reject);
      written.rejectsByReason[code] = (written.rejectsByReason[code] ?? 0) + 1;
    }
  }
  if (slice.rows.length + slice.rejects.length > 0) await closeSlice();
  return written;
};

/** Number of the stage that ingest closes. */
const SOURCE = '000';

type Slice = { rows: string[]; rejects: RejectedRow[]; bytes: number; types: FieldTypes };

const emptySlice = (): Slice => ({ rows: [], rejects: [], bytes: 0, types: {} });

const closeIngest = async (
  ledger: Ledger,
  ref: RunRef & { shard: number },
  { rows, rejects, types }: Slice,
): Promise<void> => {
  const closed = checkClosed({
    entering: rows.length + rejects.length,
    counts: rejects.reduce(
      (sum, { outcome }) => addCounts(sum, { [outcome]: 1 }),
      rows.length === 0 ? {} : { ok: rows.length },
    ),
    rows: await ledger.writeLinesIfAny(ref, '000-rows', rows),
    rejects: await ledger.writeLinesIfAny(ref, '000-rejects', rejects),
    fieldTypes: types,
    ...unpaid,
  });
  await ledger.write(keys.closed(ref, '000'), closed);
};

const rejectedSourceRow = (read: Extract<ReadRow, { kind: 'rejected' }>, home: number): RejectedRow => {
  const { ordinal, file, line, problem } = read;
  const row: Row = { id: rowIdOf(ordinal), key: `${file}:${line}`, home, line, fields: {} };
  return {
    ...row,
    stage: SOURCE,
    step: 'source',
    outcome: 'invalid',
    reason: { code: problem.code, message: `${file}:${line}: ${problem.message}` },
    attempts: 0,
  };
};
