import type { JobRecord, RowView, RunRef, ShardRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { isTakenUpAgain, rowsOfShardNow } from '@batchmill/outputs';
import type { RowNow } from '@batchmill/outputs';
import { invalidCursor } from './api-error.ts';
import type { Ports } from './routes/ports.ts';

export type RowQuery = {
  outcome?: string | undefined;
  step?: string | undefined;
  key?: string | undefined;
  cursor?: string | undefined;
  limit: number;
};

/** Rows as they stand, run by run and shard by shard. The cursor says where the next page begins. */
export const listRows = async (
  ports: Ports,
  job: JobRecord,
  lastRun: RunRef,
  { outcome, step, key, cursor, limit }: RowQuery,
): Promise<{ rows: RowView[]; cursor: string | null }> => {
  const rows: RowView[] = [];
  for await (const { at, now, isOld } of rowsFrom(ports, job, lastRun, readCursor(cursor))) {
    if (isOld) continue;
    const view = viewOf(now);
    if (outcome !== undefined && view.outcome !== outcome) continue;
    if (step !== undefined && view.step !== step) continue;
    if (key !== undefined && view.key !== key) continue;
    if (rows.length === limit) return { rows, cursor: `${at.run}.${at.shard}.${at.position}` };
    rows.push(view);
  }
  return { rows, cursor: null };
};

/** One row by its key as it stands now, and the shard of each run it was in. */
export const findRow = async (
  ports: Ports,
  job: JobRecord,
  lastRun: RunRef,
  key: string,
): Promise<{ view: RowView; shards: ShardRef[] } | null> => {
  const shards: ShardRef[] = [];
  let view: RowView | null = null;
  for await (const { at, now, isOld } of rowsFrom(ports, job, lastRun, START)) {
    if (now.row.key !== key) continue;
    shards.push({ ...lastRun, run: at.run, shard: at.shard });
    view = viewOf(now);
    if (!isOld) break;
  }
  return view === null ? null : { view, shards };
};

type Place = { run: number; shard: number; position: number };

const START: Place = { run: 1, shard: 0, position: 0 };

const readCursor = (cursor: string | undefined): Place => {
  if (cursor === undefined) return START;
  const match = /^(\d{1,6})\.(\d{1,9})\.(\d{1,12})$/.exec(cursor);
  if (match === null) throw invalidCursor();
  return { run: Math.max(Number(match[1]), 1), shard: Number(match[2]), position: Number(match[3]) };
};

/** `isOld`: a later run has taken the row up again. */
async function* rowsFrom(
  { ledger }: Ports,
  { pipeline }: JobRecord,
  lastRun: RunRef,
  from: Place,
): AsyncGenerator<{ at: Place; now: RowNow; isOld: boolean }> {
  for (let run = from.run; run <= lastRun.run; run += 1) {
    const ref = { ...lastRun, run };
    const shards = (await ledger.read(keys.shards(ref)))?.shards ?? 0;
    for (let shard = run === from.run ? from.shard : 0; shard < shards; shard += 1) {
      const skip = run === from.run && shard === from.shard ? from.position : 0;
      let position = -1;
      for await (const now of rowsOfShardNow(ledger, pipeline, { ...ref, shard })) {
        position += 1;
        if (position < skip) continue;
        const isOld = run < lastRun.run && now.reject !== undefined && isTakenUpAgain(now.reject);
        yield { at: { run, shard, position }, now, isOld };
      }
    }
  }
}

const viewOf = ({ row, outcome, reject }: RowNow): RowView => ({
  id: row.id,
  key: row.key,
  outcome,
  step: reject?.step ?? null,
  ...(reject === undefined ? {} : { reason: reject.reason }),
  fields: row.fields,
});
