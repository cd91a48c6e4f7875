import { z } from 'zod';
import { blobRefSchema, lineBlobRefSchema } from '../blobs.ts';
import { compiledPipelineSchema, outputSchema, stageSchema } from '../compiled-pipeline.ts';
import { idSchema, jobIdSchema, stageNumberSchema } from '../ids.ts';
import { outcomeCountsSchema } from '../outcomes.ts';
import { recordBase } from './record.ts';

/** `deployment.json`: who we are at the provider. */
export const deploymentRecordSchema = z.object({ ...recordBase, id: z.string() });
export type DeploymentRecord = z.infer<typeof deploymentRecordSchema>;

/** `idempotency/<hash>.json`: written first; a replay with the same body completes what is missing. */
export const idempotencyRecordSchema = z.object({ ...recordBase, job: jobIdSchema, bodySha256: z.string() });
export type IdempotencyRecord = z.infer<typeof idempotencyRecordSchema>;

/** `uploads/<id>.json`: an input file a client has streamed in; deleted when no job has named it for long. */
export const uploadRecordSchema = z.object({ ...recordBase, id: idSchema, name: z.string(), blob: blobRefSchema });
export type UploadRecord = z.infer<typeof uploadRecordSchema>;

/** `open/<job>.json`: stands while a run of the job is not final. Of all records only this and uploads are ever deleted. */
export const openMarkerSchema = z.object({ ...recordBase, run: z.int().positive() });
export type OpenMarker = z.infer<typeof openMarkerSchema>;

/**
 * One input file, pinned to its bytes. `name` is what the pipeline's source path says; `etag` is what its owner called
 * this version of it, where the server fetched it.
 */
export const inputPinSchema = blobRefSchema.extend({ name: z.string(), etag: z.string().optional() });
export type InputPin = z.infer<typeof inputPinSchema>;

/** What one request file may hold at the provider, and what its custom ids look like. */
export const requestLimitsSchema = z.object({ requests: z.int(), bytes: z.int(), customId: z.string() });
export type RequestLimits = z.infer<typeof requestLimitsSchema>;

/** A file of data as it was when it was read, for the record. */
export const dataFileSchema = z.object({ name: z.string(), bytes: z.int(), sha256: z.string() });
export type DataFile = z.infer<typeof dataFileSchema>;

/** Of a job that sends nothing: it makes the requests of a step, or is given the answers to its first one, or both. */
export const byHandSchema = z.object({
  /** Rows as they enter the first stage, in place of the source: `rows.jsonl` of the job that has made their requests. */
  rows: blobRefSchema.optional(),
  /** Files of result lines for the first stage, each with the key of its row as custom id. */
  answers: z.array(inputPinSchema).optional(),
  /** The last stage, where its requests are made and nobody answers them. */
  open: z.object({ stage: stageNumberSchema, limits: requestLimitsSchema }).optional(),
  /** What was done to the rows before, and the data they come from. */
  earlier: z.object({ stages: z.array(stageSchema), inputs: z.array(dataFileSchema) }).optional(),
  /** What the pipeline has beyond that, so that a mistake in it is found as early as ever. */
  later: z.object({ stages: z.array(stageSchema), outputs: z.array(outputSchema) }).optional(),
});
export type ByHand = z.infer<typeof byHandSchema>;

/** `job.json` */
export const jobRecordSchema = z.object({
  ...recordBase,
  tenant: idSchema,
  job: jobIdSchema,
  name: z.string(),
  pipeline: compiledPipelineSchema,
  inputs: z.array(inputPinSchema),
  /** JSONL of `{path, key, bytes, sha256, type}`: local images the rows name, uploaded with the job. */
  assets: lineBlobRefSchema.optional(),
  /** The job of which this is a changed version, where the client knew one. */
  previous: jobIdSchema.optional(),
  /** A row whose request is equal to one answered in this job takes that answer. */
  reuse: jobIdSchema.optional(),
  byHand: byHandSchema.optional(),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;

/** `control/<seq>.json`: the kind is inside, so that two cannot both win a number. */
export const controlRecordSchema = z.object({
  ...recordBase,
  kind: z.enum(['pause', 'resume', 'cancel']),
  run: z.int(),
  /** Of a pause that nobody has asked for: why, and in which stage; each stage pauses a run once. */
  reason: z.string().optional(),
  stage: stageNumberSchema.optional(),
  /** With a resume: the new limit of the job's cost, US dollars. */
  maxCost: z.number().positive().optional(),
});
export type ControlRecord = z.infer<typeof controlRecordSchema>;

/** `runs/<r>/run.json` */
export const runRecordSchema = z.object({ ...recordBase, run: z.int().positive(), reason: z.enum(['first', 'retry']) });
export type RunRecord = z.infer<typeof runRecordSchema>;

/** `runs/<r>/shards.json`: ingest is done. */
export const shardsRecordSchema = z.object({
  ...recordBase,
  shards: z.int().nonnegative(),
  /** Rows that entered the first stage of this run. */
  rows: z.int().nonnegative(),
  /** Source rows that were read, rejected ones included (run 1), or rows taken over (later runs). */
  sourceRows: z.int().nonnegative(),
  rejectedRows: z.int().nonnegative(),
  rejectsByReason: z.record(z.string(), z.int()),
  /** What a reader of the outputs should know of the input, in sentences. */
  notes: z.array(z.string()).optional(),
  /** Stage in which the shard's rows start (`000` closed by ingest → first stage), by ranges of shards. */
  startAfter: z.array(z.object({ from: z.int(), stage: stageNumberSchema })),
});
export type ShardsRecord = z.infer<typeof shardsRecordSchema>;

/** `runs/<r>/failed.json`: the run could not be ingested or exported; nothing (more) is submitted. */
export const runFailedRecordSchema = z.object({
  ...recordBase,
  code: z.string(),
  message: z.string(),
  problems: z.array(z.unknown()),
});
export type RunFailedRecord = z.infer<typeof runFailedRecordSchema>;

/** One file that a run delivers, at its path below the folder the user chooses. */
export const deliveredFileSchema = z.object({
  path: z.string(),
  blob: blobRefSchema,
  rows: z.int().nonnegative(),
  mediaType: z.string(),
});
export type DeliveredFile = z.infer<typeof deliveredFileSchema>;

/** `output/<file>.json`: one finished file of an output: an export that begins again goes on there. */
export const outputRecordSchema = deliveredFileSchema.extend(recordBase);
export type OutputRecord = z.infer<typeof outputRecordSchema>;

/** `manifest.json`: everything the run delivers. */
export const manifestRecordSchema = z.object({
  ...recordBase,
  /** JSONL of DeliveredFile, in the order of the pipeline's outputs. A blob, since a templated name can make thousands. */
  outputs: lineBlobRefSchema,
  rejects: deliveredFileSchema,
  report: deliveredFileSchema,
  /** The same for people, as a page. */
  page: deliveredFileSchema,
});
export type ManifestRecord = z.infer<typeof manifestRecordSchema>;

export const FINAL_STATES = ['completed', 'completed-with-rejects', 'cancelled', 'failed'] as const;

/** `done.json`: the run is final. */
export const doneRecordSchema = z.object({
  ...recordBase,
  state: z.enum(FINAL_STATES),
  rows: z.int().nonnegative(),
  outcomes: outcomeCountsSchema,
});
export type DoneRecord = z.infer<typeof doneRecordSchema>;
