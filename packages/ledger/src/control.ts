import type { ControlRecord } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys, prefixes } from './keys.ts';
import type { Records } from './records.ts';

/** What the user has said of a run: cancelled is final, paused is not. */
export type Control = { paused: boolean; cancelled: boolean; maxCost?: number; pausedFor?: string };

export const readControl = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: { tenant: string; job: string; run: number },
): Promise<Control> => {
  const control: Control = { paused: false, cancelled: false };
  for (const record of await readControls({ store, records }, ref)) {
    if (record.maxCost !== undefined) control.maxCost = record.maxCost;
    if (record.run !== ref.run) continue;
    if (record.kind === 'cancel') control.cancelled = true;
    else {
      control.paused = record.kind === 'pause';
      delete control.pausedFor;
      if (record.kind === 'pause' && record.reason !== undefined) control.pausedFor = record.reason;
    }
  }
  return control;
};

export type ControlChange = Pick<ControlRecord, 'kind' | 'maxCost' | 'reason' | 'stage'>;

/** Appends a control; two at once both get a number of their own. */
export const writeControl = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: { tenant: string; job: string; run: number },
  change: ControlChange,
): Promise<void> => {
  let next = (await readControls({ store, records }, ref)).length;
  while (!(await records.write(keys.control(ref, next), { ...change, run: ref.run })).created) next += 1;
};

/**
 * Pauses a run for what was found in a stage, once: whoever has resumed it since has seen what it says. Called by two at
 * once, it may be said twice.
 */
export const pauseOnce = async (
  backing: { store: ObjectStore; records: Records },
  ref: { tenant: string; job: string; run: number },
  why: { stage: string; reason: string },
): Promise<void> => {
  const said = await readControls(backing, ref);
  if (said.some(({ run, stage }) => run === ref.run && stage === why.stage)) return;
  await writeControl(backing, ref, { kind: 'pause', ...why });
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
