import type {
  ClosedRecord,
  CompiledPipeline,
  Fields,
  InputPin,
  Json,
  Outcome,
  OutcomeCounts,
  RejectedRow,
  Row,
  ShardRef,
} from '@batchmill/contracts';
import { keys } from '../keys.ts';
import { openLedger } from '../ledger.ts';
import type { Ledger } from '../ledger.ts';
import { closedRecord, NOW_MS, shardRef, stages } from './facts.ts';
import { temporaryStore } from './temporary-store.ts';

export type TemporaryLedger = {
  ledger: Ledger;
  clock: { nowMs: number };
  /** Writes job.json; twice is once. */
  addJob(pipeline: CompiledPipeline, inputs?: InputPin[], job?: string): Promise<void>;
  /** Stores bytes as an input of a job. */
  addInput(name: string, bytes: Uint8Array | string): Promise<InputPin>;
  [Symbol.asyncDispose](): Promise<void>;
};

export const pipeline = (changes: Partial<CompiledPipeline> = {}): CompiledPipeline => ({
  v: 1,
  name: 'test',
  vars: {},
  source: { format: 'jsonl', paths: ['rows.jsonl'], derive: [] },
  key: '{{ id }}',
  maxInvalid: 0.05,
  shardRows: 'auto',
  stages,
  outputs: [{ format: 'jsonl', file: 'out.jsonl', rows: 'ok' }],
  ...changes,
});

/** A ledger on a real store in a folder of its own, with a clock that stands still until a test moves it. */
export const temporaryLedger = async (): Promise<TemporaryLedger> => {
  const folder = await temporaryStore();
  const clock = { nowMs: NOW_MS };
  const ledger = openLedger({ store: folder.store, now: () => clock.nowMs });
  let inputs = 0;
  return {
    ledger,
    clock,
    async addJob(compiled, pins = [], job = shardRef.job) {
      const ref = { tenant: shardRef.tenant, job };
      await ledger.write(keys.job(ref), { ...ref, name: compiled.name, pipeline: compiled, inputs: pins });
      await ledger.write(keys.run({ ...ref, run: 1 }), { run: 1, reason: 'first' });
      await ledger.write(keys.openMarker(ref), { run: 1 });
    },
    async addInput(name, bytes) {
      inputs += 1;
      return { name, ...(await folder.store.putBlob(`inputs/${inputs}`, Buffer.from(bytes))) };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
};

export const row = (id: string, fields: Fields = {}): Row => ({ id, key: `key-${id}`, home: 0, line: 1, fields });

export const reject = (id: string, stage: string, outcome: Outcome, fields: Fields = {}): RejectedRow => ({
  ...row(id, fields),
  stage,
  step: stage === '000' ? 'source' : `step-${stage}`,
  outcome,
  reason: { code: `code-${outcome}`, message: 'm' },
  attempts: 1,
});

/** Closes a stage of a shard with these rows going on and these ending. */
export const closeStage = async (
  ledger: Ledger,
  ref: ShardRef,
  stage: string,
  rows: Row[],
  { rejects = [], ...changes }: { rejects?: RejectedRow[] } & Partial<Omit<ClosedRecord, 'rejects'>> = {},
): Promise<void> => {
  const counts: OutcomeCounts = rows.length === 0 ? {} : { ok: rows.length };
  for (const { outcome } of rejects) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const types = Object.fromEntries(
    rows.flatMap(({ fields }) => Object.entries(fields).map(([name, value]) => [name, typeOf(value)])),
  );
  await ledger.write(keys.closed(ref, stage), {
    ...closedRecord(rows.length + rejects.length),
    counts,
    rows: await ledger.writeLinesIfAny(ref, 'rows', rows),
    rejects: await ledger.writeLinesIfAny(ref, 'rejects', rejects),
    fieldTypes: types,
    ...changes,
  });
};

const typeOf = (value: Json): string => (typeof value === 'number' ? 'integer' : 'string');
