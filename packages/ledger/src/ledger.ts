import { randomBytes } from 'node:crypto';
import type { BlobRef, Body, ControlRecord, LineBlobRef, RunRef, ShardRef, Stage } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { pauseOnce, readControl, readControls, writeControl } from './control.ts';
import type { Control, ControlChange } from './control.ts';
import { closedShardNumbers, latestRun, loadRunFacts, openRuns } from './jobs.ts';
import type { RunFacts } from './jobs.ts';
import { blobKey } from './keys.ts';
import { readLines, writeLines, writeLinesIfAny } from './lines.ts';
import { openRecords } from './records.ts';
import type { RecordBase, RecordKey, Written } from './records.ts';
import { shardBatches } from './shard-batches.ts';
import type { ShardBatch } from './shard-batches.ts';
import { tellShard } from './shard-story.ts';
import type { StoryLine } from './shard-story.ts';
import { loadAllAttempts, loadShardFacts } from './shard-facts.ts';
import type { ShardFacts, StageAttempts } from './shard-facts.ts';

/** The write-once records that say what has happened, and the blobs they name. */
export type Ledger = {
  readonly store: ObjectStore;
  /** Writes a record if absent; answers the one that stands there now. */
  write<Record extends RecordBase>(place: RecordKey<Record>, body: Body<Record>): Promise<Written<Record>>;
  read<Record>(place: RecordKey<Record>): Promise<Record | null>;
  exists(place: RecordKey<unknown>): Promise<boolean>;
  remove(place: RecordKey<unknown>): Promise<void>;
  shardFacts(ref: ShardRef, stages: Stage[]): Promise<ShardFacts>;
  /** Every attempt of a shard in these stages, closed or not. */
  attempts(ref: ShardRef, stages: Stage[]): Promise<StageAttempts[]>;
  runFacts(ref: RunRef): Promise<RunFacts | null>;
  latestRun(ref: { tenant: string; job: string }): Promise<number>;
  openRuns(tenant: string): AsyncIterable<RunRef>;
  closedShards(ref: RunRef): Promise<number[]>;
  batches(ref: ShardRef): Promise<ShardBatch[]>;
  story(ref: ShardRef): Promise<StoryLine[]>;
  control(ref: RunRef): Promise<Control>;
  controls(ref: { tenant: string; job: string }): Promise<ControlRecord[]>;
  addControl(ref: RunRef, change: ControlChange): Promise<void>;
  /** Pauses the run for what was found in a stage, unless that was said before. */
  pauseOnce(ref: RunRef, why: { stage: string; reason: string }): Promise<void>;
  /** Streams JSON lines to a new blob of a shard; the blob exists once a record names it. */
  writeLines(ref: ShardRef, name: string, values: AsyncIterable<unknown> | Iterable<unknown>): Promise<LineBlobRef>;
  writeLinesIfAny(ref: ShardRef, name: string, values: readonly unknown[]): Promise<LineBlobRef | null>;
  readLines<Value>(blob: BlobRef | null): AsyncGenerator<Value>;
  nonce(): string;
};

export type LedgerOptions = { store: ObjectStore; now?: () => number; nonce?: () => string };

export const openLedger = ({ store, now = Date.now, nonce = randomNonce }: LedgerOptions): Ledger => {
  const records = openRecords({ store, now, nonce });
  const backing = { store, records };
  return {
    store,
    nonce,
    write: (place, body) => records.write(place, body),
    read: (place) => records.read(place),
    exists: (place) => records.exists(place),
    remove: (place) => records.remove(place),
    shardFacts: (ref, stages) => loadShardFacts(backing, ref, stages),
    attempts: (ref, stages) => loadAllAttempts(backing, ref, stages),
    runFacts: (ref) => loadRunFacts(backing, ref),
    latestRun: (ref) => latestRun(backing, ref),
    openRuns: (tenant) => openRuns(backing, tenant),
    closedShards: (ref) => closedShardNumbers(backing, ref),
    story: (ref) => tellShard(backing, ref),
    batches: (ref) => shardBatches(backing, ref),
    control: (ref) => readControl(backing, ref),
    controls: (ref) => readControls(backing, ref),
    addControl: (ref, change) => writeControl(backing, ref, change),
    pauseOnce: (ref, why) => pauseOnce(backing, ref, why),
    writeLines: (ref, name, values) => writeLines(store, blobKey.shard(ref, name, nonce()), values),
    writeLinesIfAny: (ref, name, values) => writeLinesIfAny(store, blobKey.shard(ref, name, nonce()), values),
    readLines: (blob) => readLines(store, blob),
  };
};

const randomNonce = (): string => randomBytes(9).toString('hex');
