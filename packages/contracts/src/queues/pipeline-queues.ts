import { attemptRefSchema, partRefSchema, runRefSchema, shardRefSchema, stageNumberSchema } from '../ids.ts';
import type { AttemptRef, PartRef, RunRef, ShardRef } from '../ids.ts';
import { z } from 'zod';
import { defineQueue } from '../queue-contract.ts';

/* Queues are named for facts or for the work they ask for. Messages carry ids only. */

const runId = (ref: RunRef): string => `${ref.tenant}-${ref.job}-r${ref.run}`;
const shardId = (ref: ShardRef): string => `${runId(ref)}-s${ref.shard}`;
const attemptId = (ref: AttemptRef): string => `${shardId(ref)}-${ref.stage}-a${ref.attempt}`;

const retry = { attempts: 5, backoffMs: 1000 };

/** A job is durable; its input can be read. → ingest */
export const jobAccepted = defineQueue<RunRef>({
  name: 'job-accepted',
  payload: runRefSchema,
  messageId: runId,
  ...retry,
});

/** A shard's rows wait for their requests in a generate stage. → request-builder */
export const rowsReady = defineQueue<AttemptRef>({
  name: 'rows-ready',
  payload: attemptRefSchema,
  messageId: attemptId,
  ...retry,
});

const transformRefSchema = shardRefSchema.extend({ stage: stageNumberSchema });
export type TransformRef = z.infer<typeof transformRefSchema>;

/** A shard's rows wait for a transform stage. → augmenter */
export const transformReady = defineQueue<TransformRef>({
  name: 'transform-ready',
  payload: transformRefSchema,
  messageId: (ref) => `${shardId(ref)}-${ref.stage}`,
  ...retry,
});

/** A part's requests are built; it waits to be placed at the provider, resolved, or withdrawn. → submitter */
export const requestsBuilt = defineQueue<PartRef & { submission: number }>({
  name: 'requests-built',
  payload: partRefSchema.extend({ submission: z.int().positive() }),
  messageId: (ref) => `${attemptId(ref)}-p${ref.part}-t${ref.submission}`,
  ...retry,
});

/** A running batch must be cancelled. → submitter */
export const cancelRequested = defineQueue<PartRef & { submission: number }>({
  name: 'cancel-requested',
  payload: partRefSchema.extend({ submission: z.int().positive() }),
  messageId: (ref) => `${attemptId(ref)}-p${ref.part}-t${ref.submission}-cancel`,
  ...retry,
});

/** One look at all open batches of a provider account. → poller */
export const pollDue = defineQueue<{ account: string }>({
  name: 'poll-due',
  payload: z.object({ account: z.string() }),
  messageId: ({ account }) => `poll-${account}`,
  attempts: 1,
  backoffMs: 1000,
});

/** A batch has ended; its files can be fetched. → retriever */
export const batchEnded = defineQueue<PartRef>({
  name: 'batch-ended',
  payload: partRefSchema,
  messageId: (ref) => `${attemptId(ref)}-p${ref.part}`,
  ...retry,
});

/** A live part's rows can be asked, one request each. → live-runner */
export const runLive = defineQueue<PartRef>({
  name: 'run-live',
  payload: partRefSchema,
  messageId: (ref) => `${attemptId(ref)}-p${ref.part}`,
  ...retry,
});

/** Every part of an attempt is settled; its rows can be accounted. → post-processor */
export const resultsStored = defineQueue<AttemptRef>({
  name: 'results-stored',
  payload: attemptRefSchema,
  messageId: attemptId,
  ...retry,
});

/** Every shard of the run is closed. → exporter */
export const jobReadyToExport = defineQueue<RunRef>({
  name: 'job-ready-to-export',
  payload: runRefSchema,
  messageId: runId,
  ...retry,
});

/** One round over what is overdue. → reconciler */
export const reconcileDue = defineQueue<Record<string, never>>({
  name: 'reconcile-due',
  payload: z.record(z.string(), z.never()),
  messageId: () => 'reconcile',
  attempts: 1,
  backoffMs: 1000,
});
