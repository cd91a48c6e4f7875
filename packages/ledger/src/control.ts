import type { ControlRecord } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys, prefixes } from './keys.ts';
import type { Records } from './records.ts';

/** What the user has said of a run: cancelled is final, paused is not. */
export type Control = { paused: boolean; cancelled: boolean; maxCost?: number };

export const readControl = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: { tenant: string; job: string; run: number },
): Promise<Control> => {
  const control: Control = { paused: false, cancelled: false };
  for (const record of await readControls({ store, records }, ref)) {
    if (record.maxCost !== undefined) control.maxCost = record.maxCost;
    if (record.run !== ref.run) continue;
    if (record.kind === 'cancel') control.cancelled = true;
    else control.paused = record.kind === 'pause';
  }
  return control;
};

/** Appends a control; two at once both get a number of their own. */
export const writeControl = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: { tenant: string; job: string; run: number },
  change: Pick<ControlRecord, 'kind' | 'maxCost'>,
): Promise<void> => {
  let next = (await readControls({ store, records }, ref)).length;
  while (!(await records.write(keys.control(ref, next), { ...change, run: ref.run })).created) next += 1;
};

/** Everything the user has said of a job, in order. */
export const readControls = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: { tenant: string; job: string },
): Promise<ControlRecord[]> => {
  const prefix = prefixes.control(ref);
  const found: ControlRecord[] = [];
  for await (const { key } of store.list(prefix)) {
    const record = await records.read(keys.control(ref, Number.parseInt(key.slice(prefix.length), 10)));
    if (record !== null) found.push(record);
  }
  return found;
};
