import type { JobRecord, UploadRecord } from '@batchmill/contracts';
import type { ObjectInfo, ObjectStore } from '@batchmill/object-store';
import { keys, prefixes } from './keys.ts';
import { readTextLines } from './lines.ts';
import { readAnew } from './read-anew.ts';
import { recordOfKey } from './record-of-key.ts';
import { LedgerCorruptionError } from './records.ts';
import type { RecordKey } from './records.ts';

/*
 * Which blobs nothing names: what a writer left that died, or that came second. Both walks yield after each small piece of
 * work, so that whoever drives them sets the pace, and throw LedgerCorruptionError at the first record they cannot
 * understand: it may name anything.
 */

export type UnnamedInJob = {
  unnamed: ObjectInfo[];
  /** Blobs written since `beforeMs`, named or not: they are not looked at. */
  young: number;
};

/** Blobs of a job, written before a time (ms since 1970), that none of its records names. */
export async function* unnamedInJob(
  store: ObjectStore,
  ref: { tenant: string; job: string },
  beforeMs: number,
): AsyncGenerator<void, UnnamedInJob> {
  const blobs = prefixes.jobBlobs(ref);
  const candidates: Candidates = new Map();
  let young = 0;
  let hasJob = false;
  // keys come in order, blobs before records: one that is named while this goes on is seen to be
  for await (const info of store.list(prefixes.job(ref))) {
    if (info.key.startsWith(blobs)) {
      if (isOlder(info, beforeMs)) candidates.set(info.key, info);
      else young += 1;
      if ((candidates.size + young) % BLOBS_A_PIECE === 0) yield;
      continue;
    }
    if (candidates.size === 0) break;
    const place = recordOfKey(ref, info.key);
    if (place === null) throw new LedgerCorruptionError(info.key);
    hasJob ||= info.key === keys.job(ref).key;
    strikeOut(candidates, (await readAnew(store, place))?.text);
    yield;
  }
  return { unnamed: hasJob ? [...candidates.values()] : [], young };
}

export type UnnamedUploads = {
  /** Named by no record at all. */
  unnamed: ObjectInfo[];
  /** Named by the record of an upload, but by no job. */
  unused: { place: RecordKey<UploadRecord>; bytes: number }[];
  /** Where the next look goes on; undefined: from the beginning. */
  next: string | undefined;
};

/** The same of input files and pictures, which any job may name: of at most `atOnce` blobs after a key. */
export async function* unnamedUploads(
  store: ObjectStore,
  tenant: string,
  { beforeMs, startAfter, atOnce }: { beforeMs: number; startAfter: string | undefined; atOnce: number },
): AsyncGenerator<void, UnnamedUploads> {
  const candidates: Candidates = new Map();
  let next: string | undefined;
  let looked = 0;
  for await (const info of store.list(prefixes.uploadBlobs(tenant), startAfter === undefined ? {} : { startAfter })) {
    if (isOlder(info, beforeMs)) candidates.set(info.key, info);
    looked += 1;
    if (looked % BLOBS_A_PIECE === 0) yield;
    if (candidates.size < atOnce) continue;
    next = info.key;
    break;
  }
  const jobs = prefixes.jobs(tenant);
  for await (const folder of store.listPrefixes(jobs)) {
    if (candidates.size === 0) break;
    yield* strikeOutInputs(store, keys.job({ tenant, job: folder.slice(jobs.length, -1) }), candidates);
  }
  const uploads = prefixes.uploads(tenant);
  const unused: UnnamedUploads['unused'] = [];
  for await (const { key } of store.list(uploads)) {
    if (candidates.size === 0) break;
    const place = keys.upload(tenant, key.slice(uploads.length, -'.json'.length));
    const blob = (await readAnew(store, place))?.record.blob;
    if (blob !== undefined && candidates.delete(blob.key)) unused.push({ place, bytes: blob.bytes });
    yield;
  }
  return { unnamed: [...candidates.values()], unused, next };
}

const BLOBS_A_PIECE = 1000;
const LINES_A_PIECE = 1000;

type Candidates = Map<string, ObjectInfo>;

/** A store that tells no time tells no age. */
const isOlder = ({ modifiedAtMs }: ObjectInfo, beforeMs: number): boolean =>
  modifiedAtMs > 0 && modifiedAtMs < beforeMs;

const BLOB_KEY = /"(t\/[a-z0-9._/-]+\/blobs\/[a-z0-9._/-]+)"/g;

/** Wherever a key stands in a record it counts: a newer version may have fields that we do not know. */
const strikeOut = (candidates: Candidates, text = ''): void => {
  for (const [, key = ''] of text.matchAll(BLOB_KEY)) candidates.delete(key);
};

/** Pictures stand in a blob of lines that the job names. */
async function* strikeOutInputs(
  store: ObjectStore,
  place: RecordKey<JobRecord>,
  candidates: Candidates,
): AsyncGenerator<void> {
  const job = await readAnew(store, place);
  strikeOut(candidates, job?.text);
  yield;
  if (job?.record.assets === undefined) return;
  let lines = 0;
  for await (const line of readTextLines(store, job.record.assets)) {
    strikeOut(candidates, line);
    lines += 1;
    if (lines % LINES_A_PIECE === 0) yield;
  }
}
