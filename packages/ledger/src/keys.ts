import {
  answersRecordSchema,
  batchRecordSchema,
  cancelSentRecordSchema,
  chunkRecordSchema,
  closedRecordSchema,
  controlRecordSchema,
  deploymentRecordSchema,
  doneRecordSchema,
  endedRecordSchema,
  fencedRecordSchema,
  fileRecordSchema,
  idempotencyRecordSchema,
  intentRecordSchema,
  jobRecordSchema,
  manifestRecordSchema,
  openMarkerSchema,
  outcomesRecordSchema,
  outputRecordSchema,
  planRecordSchema,
  quarantinedRecordSchema,
  refusedRecordSchema,
  resultsRecordSchema,
  runFailedRecordSchema,
  runRecordSchema,
  shardClosedRecordSchema,
  shardsRecordSchema,
  uploadRecordSchema,
} from '@batchmill/contracts';
import type { AttemptRef, PartRef, RunRef, ShardRef, SubmissionRef } from '@batchmill/contracts';

/* Every key of the object store is made here, from our own ids only. */

type JobRef = { tenant: string; job: string };

const tenantPrefix = (tenant: string): string => `t/${tenant}`;
const jobPrefix = (ref: JobRef): string => `${tenantPrefix(ref.tenant)}/jobs/${ref.job}`;
const runPrefix = (ref: RunRef): string => `${jobPrefix(ref)}/runs/${ref.run}`;
const shardPrefix = (ref: ShardRef): string => `${runPrefix(ref)}/s/${ref.shard}`;
const attemptPrefix = (ref: AttemptRef): string => `${shardPrefix(ref)}/${ref.stage}/a${ref.attempt}`;
const partPrefix = (ref: PartRef): string => `${attemptPrefix(ref)}/p${ref.part}`;
const submissionPrefix = (ref: SubmissionRef): string => `${partPrefix(ref)}/t${ref.submission}`;

const sequence = (n: number): string => String(n).padStart(6, '0');

/** Prefixes to list; each ends in `/`. */
export const prefixes = {
  jobs: (tenant: string): string => `${tenantPrefix(tenant)}/jobs/`,
  open: (tenant: string): string => `${tenantPrefix(tenant)}/open/`,
  uploads: (tenant: string): string => `${tenantPrefix(tenant)}/uploads/`,
  job: (ref: JobRef): string => `${jobPrefix(ref)}/`,
  control: (ref: JobRef): string => `${jobPrefix(ref)}/control/`,
  runs: (ref: JobRef): string => `${jobPrefix(ref)}/runs/`,
  shard: (ref: ShardRef): string => `${shardPrefix(ref)}/`,
  closedShards: (ref: RunRef): string => `${runPrefix(ref)}/closed/`,
  quarantinedShards: (ref: RunRef): string => `${runPrefix(ref)}/quarantined/`,
  quarantinedWork: (ref: ShardRef): string => `${runPrefix(ref)}/quarantined/${ref.shard}/`,
  jobBlobs: (ref: JobRef): string => `${jobPrefix(ref)}/blobs/`,
  uploadBlobs: (tenant: string): string => `${tenantPrefix(tenant)}/blobs/uploads/`,
} as const;

export const keys = {
  deployment: { key: 'deployment.json', schema: deploymentRecordSchema },
  idempotency: (tenant: string, hash: string) => ({
    key: `${tenantPrefix(tenant)}/idempotency/${hash}.json`,
    schema: idempotencyRecordSchema,
  }),
  upload: (tenant: string, id: string) => ({
    key: `${tenantPrefix(tenant)}/uploads/${id}.json`,
    schema: uploadRecordSchema,
  }),
  openMarker: (ref: JobRef) => ({ key: `${tenantPrefix(ref.tenant)}/open/${ref.job}.json`, schema: openMarkerSchema }),
  job: (ref: JobRef) => ({ key: `${jobPrefix(ref)}/job.json`, schema: jobRecordSchema }),
  control: (ref: JobRef, n: number) => ({
    key: `${jobPrefix(ref)}/control/${sequence(n)}.json`,
    schema: controlRecordSchema,
  }),
  /** What the job need not ask. */
  answers: (ref: JobRef) => ({ key: `${jobPrefix(ref)}/answers.json`, schema: answersRecordSchema }),
  run: (ref: RunRef) => ({ key: `${runPrefix(ref)}/run.json`, schema: runRecordSchema }),
  shards: (ref: RunRef) => ({ key: `${runPrefix(ref)}/shards.json`, schema: shardsRecordSchema }),
  runFailed: (ref: RunRef) => ({ key: `${runPrefix(ref)}/failed.json`, schema: runFailedRecordSchema }),
  done: (ref: RunRef) => ({ key: `${runPrefix(ref)}/done.json`, schema: doneRecordSchema }),
  /** `name` is a position in the list of files, never a user's file name. */
  output: (ref: RunRef, name: string) => ({
    key: `${runPrefix(ref)}/output/${name}.json`,
    schema: outputRecordSchema,
  }),
  manifest: (ref: RunRef) => ({ key: `${runPrefix(ref)}/manifest.json`, schema: manifestRecordSchema }),
  shardClosed: (ref: ShardRef) => ({
    key: `${runPrefix(ref)}/closed/${ref.shard}.json`,
    schema: shardClosedRecordSchema,
  }),
  quarantined: (ref: ShardRef) => ({
    key: `${runPrefix(ref)}/quarantined/${ref.shard}.json`,
    schema: quarantinedRecordSchema,
  }),
  /** `work`: what was given up after the shard itself, by its name. */
  quarantinedWork: (ref: ShardRef, work: string) => ({
    key: `${runPrefix(ref)}/quarantined/${ref.shard}/${work}.json`,
    schema: quarantinedRecordSchema,
  }),
  closed: (ref: ShardRef, stage: string) => ({
    key: `${shardPrefix(ref)}/${stage}/closed.json`,
    schema: closedRecordSchema,
  }),
  plan: (ref: AttemptRef) => ({ key: `${attemptPrefix(ref)}/plan.json`, schema: planRecordSchema }),
  outcomes: (ref: AttemptRef) => ({ key: `${attemptPrefix(ref)}/outcomes.json`, schema: outcomesRecordSchema }),
  /** Of a live part; `n` from 1. */
  chunk: (ref: PartRef, n: number) => ({ key: `${partPrefix(ref)}/c${n}.json`, schema: chunkRecordSchema }),
  results: (ref: PartRef) => ({ key: `${partPrefix(ref)}/results.json`, schema: resultsRecordSchema }),
  file: (ref: SubmissionRef) => ({ key: `${submissionPrefix(ref)}/file.json`, schema: fileRecordSchema }),
  intent: (ref: SubmissionRef) => ({ key: `${submissionPrefix(ref)}/intent.json`, schema: intentRecordSchema }),
  batch: (ref: SubmissionRef) => ({ key: `${submissionPrefix(ref)}/batch.json`, schema: batchRecordSchema }),
  refused: (ref: SubmissionRef) => ({ key: `${submissionPrefix(ref)}/refused.json`, schema: refusedRecordSchema }),
  fenced: (ref: SubmissionRef) => ({ key: `${submissionPrefix(ref)}/fenced.json`, schema: fencedRecordSchema }),
  ended: (ref: SubmissionRef) => ({ key: `${submissionPrefix(ref)}/ended.json`, schema: endedRecordSchema }),
  cancelSent: (ref: SubmissionRef) => ({
    key: `${submissionPrefix(ref)}/cancel-sent.json`,
    schema: cancelSentRecordSchema,
  }),
} as const;

/** Unique key for a blob; it exists for readers only once a record names it. */
export const blobKey = {
  upload: (tenant: string, id: string): string => `${tenantPrefix(tenant)}/blobs/uploads/${id}`,
  shard: (ref: ShardRef, name: string, nonce: string): string =>
    `${jobPrefix(ref)}/blobs/${ref.run}/${ref.shard}/${name}-${nonce}.jsonl`,
  job: (ref: JobRef, name: string, nonce: string): string => `${jobPrefix(ref)}/blobs/${name}-${nonce}`,
  output: (ref: RunRef, name: string, nonce: string): string =>
    `${jobPrefix(ref)}/blobs/${ref.run}/output/${name}-${nonce}`,
} as const;

const SUBMISSION_KEY = /^(\d{3})\/a(\d+)\/p(\d+)\/t(\d+)\/([a-z-]+)\.json$/;
const CHUNK_KEY = /^(\d{3})\/a(\d+)\/p(\d+)\/c(\d+)\.json$/;
const RESULTS_KEY = /^(\d{3})\/a(\d+)\/p(\d+)\/results\.json$/;
const ATTEMPT_KEY = /^(\d{3})\/a(\d+)\/(plan|outcomes)\.json$/;
const STAGE_KEY = /^(\d{3})\/closed\.json$/;

export type ShardKey =
  | { kind: 'closed'; stage: string }
  | { kind: 'plan' | 'outcomes'; stage: string; attempt: number }
  | { kind: 'chunk'; stage: string; attempt: number; part: number; chunk: number }
  | { kind: 'results'; stage: string; attempt: number; part: number }
  | { kind: 'submission'; stage: string; attempt: number; part: number; submission: number; record: string };

/** What a key below a shard's prefix stands for; null for a key we do not know. */
export const parseShardKey = (relative: string): ShardKey | null => {
  const submission = SUBMISSION_KEY.exec(relative);
  if (submission !== null) {
    const [, stage = '', attempt, part, number, record = ''] = submission;
    return {
      kind: 'submission',
      stage,
      attempt: Number(attempt),
      part: Number(part),
      submission: Number(number),
      record,
    };
  }
  const chunk = CHUNK_KEY.exec(relative);
  if (chunk !== null) {
    const [, stage = '', attempt, part, number] = chunk;
    return { kind: 'chunk', stage, attempt: Number(attempt), part: Number(part), chunk: Number(number) };
  }
  const results = RESULTS_KEY.exec(relative);
  if (results !== null) {
    const [, stage = '', attempt, part] = results;
    return { kind: 'results', stage, attempt: Number(attempt), part: Number(part) };
  }
  const attempt = ATTEMPT_KEY.exec(relative);
  if (attempt !== null) {
    const [, stage = '', number, kind] = attempt;
    return { kind: kind === 'plan' ? 'plan' : 'outcomes', stage, attempt: Number(number) };
  }
  const stage = STAGE_KEY.exec(relative);
  return stage === null ? null : { kind: 'closed', stage: stage[1] ?? '' };
};
