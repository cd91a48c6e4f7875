import { z } from 'zod';
import { blobRefSchema, lineBlobRefSchema } from '../blobs.ts';
import { outcomeCountsSchema, outcomeSchema } from '../outcomes.ts';
import { liveCountsSchema } from './live-counts.ts';
import { pictureCountsSchema } from './picture-counts.ts';
import { recordBase } from './record.ts';
import { WITHDRAWN_BECAUSE } from './submission-records.ts';

/** Bits over the positions of the stage's entering rows, little-endian within a byte, base64. */
export const bitmapSchema = z.string();

export const partPlanSchema = z.object({
  requests: lineBlobRefSchema,
  /** How its rows are asked; absent = `batch`. */
  mode: z.enum(['batch', 'live']).optional(),
  /** Prompt tokens by estimate, and cost in US dollars at the price of the mode (0 where no price is known). */
  estimatedTokens: z.int().nonnegative(),
  estimatedCost: z.number().nonnegative(),
  provider: z.string(),
  model: z.string(),
  endpoint: z.string(),
});
export type PartPlan = z.infer<typeof partPlanSchema>;

/** `a<n>/plan.json`: what this attempt asks. Without parts nothing is asked. */
export const planRecordSchema = z.object({
  ...recordBase,
  /** Rows this attempt covers: all entering rows for attempt 1, else those the last attempt gave back. */
  rows: z.int().nonnegative(),
  asked: z.int().nonnegative(),
  parts: z.array(partPlanSchema),
  /** Rows that need no answer: their `when` is false. */
  skipped: bitmapSchema.optional(),
  /** FailureLine blob: rows whose request could not be made. */
  unaskable: lineBlobRefSchema.optional(),
  /** Result lines of rows whose answer was known before, as a provider writes them: these rows are in no part. */
  given: lineBlobRefSchema.optional(),
  /** Digests of what `given` answers, line by line, so that a later job can take it over again. */
  givenDigests: blobRefSchema.optional(),
  /** Of a step by hand that waits for its answers: its requests, under the rows' keys. They become files; nobody sends them. */
  toSend: z.array(partPlanSchema).optional(),
  /** Set where pictures stand in the requests themselves. */
  pictures: pictureCountsSchema.optional(),
  /** Written in place of a plan, so that no builder can plan any more. */
  withdrawn: z.boolean().optional(),
  /** Why it was withdrawn; absent: by a cancel. */
  because: z.enum(WITHDRAWN_BECAUSE).optional(),
});
export type PlanRecord = z.infer<typeof planRecordSchema>;

const usageSchema = z.object({
  inputTokens: z.int().nonnegative(),
  cachedInputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  reasoningTokens: z.int().nonnegative(),
});
export type Usage = z.infer<typeof usageSchema>;
export const noUsage: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };

/** `p<m>/results.json`: the provider's files, stored; of a live part all its chunks. null = the provider gave none. */
export const resultsRecordSchema = z.object({
  ...recordBase,
  submission: z.int().positive(),
  output: lineBlobRefSchema.nullable(),
  errors: lineBlobRefSchema.nullable(),
  /** Of a live part. */
  live: liveCountsSchema.optional(),
});
export type ResultsRecord = z.infer<typeof resultsRecordSchema>;

/** `a<n>/outcomes.json`: the accounting of one attempt. */
export const outcomesRecordSchema = z.object({
  ...recordBase,
  rows: z.int().nonnegative(),
  counts: outcomeCountsSchema,
  bitmaps: z.partialRecord(outcomeSchema, bitmapSchema),
  /** Rows that go to the next attempt, by reason (`expired`, `rate-limited`, `invalid`, `truncated`, `recut` …). */
  again: z.object({ rows: z.int().nonnegative(), reasons: z.record(z.string(), z.int()), bitmap: bitmapSchema }),
  /** Lines of the provider's files that could not be used. */
  lines: z.object({ unknown: z.int(), duplicate: z.int(), unparsable: z.int() }),
  answers: lineBlobRefSchema.nullable(),
  failures: lineBlobRefSchema.nullable(),
  /** Raw lines nobody could use, kept aside. */
  strays: lineBlobRefSchema.nullable(),
  /** Rows that were judged by an answer known before. It is paid already: nothing of it is in `usage` and `cost`. */
  reused: z.int().nonnegative().optional(),
  usage: usageSchema,
  /** US dollars from usage at the price of the mode, and what the same tokens cost in realtime. */
  cost: z.number().nonnegative(),
  realtimeCost: z.number().nonnegative(),
});
export type OutcomesRecord = z.infer<typeof outcomesRecordSchema>;

/** Field name → its type over all rows seen, as packages/dataset knows them. */
export const fieldTypesSchema = z.record(z.string(), z.string());
export type FieldTypes = z.infer<typeof fieldTypesSchema>;

/** Rows whose turn failed and that go on, by outcome and by reason. */
export const keptRowsSchema = z.object({ outcomes: outcomeCountsSchema, reasons: z.record(z.string(), z.int()) });
export type KeptRows = z.infer<typeof keptRowsSchema>;

/** `<stage>/closed.json`: the stage is over for this shard. Stage 000 is closed by ingest. */
export const closedRecordSchema = z.object({
  ...recordBase,
  entering: z.int().nonnegative(),
  counts: outcomeCountsSchema,
  /** Rows for the next stage; null where none go on. */
  rows: lineBlobRefSchema.nullable(),
  rejects: lineBlobRefSchema.nullable(),
  fieldTypes: fieldTypesSchema,
  usage: usageSchema,
  cost: z.number().nonnegative(),
  realtimeCost: z.number().nonnegative(),
  estimatedCost: z.number().nonnegative(),
  attempts: z.int().nonnegative(),
  batches: z.int().nonnegative(),
  askedAgain: z.record(z.string(), z.int()),
  /** Set where rows were asked live. */
  live: liveCountsSchema.optional(),
  /** Set where pictures stood in the requests themselves. */
  pictures: pictureCountsSchema.optional(),
  /** Rows that were not asked, since their answer was known before. */
  reused: z.int().nonnegative().optional(),
  /** Rows that go on although their turn failed: their rounds are over. */
  kept: keptRowsSchema.optional(),
  /** These rows come from an earlier run: this record only says where they go on, and is no work of this run. */
  takenOver: z.boolean().optional(),
});
export type ClosedRecord = z.infer<typeof closedRecordSchema>;

/** `closed/<k>.json`: the shard is over. */
export const shardClosedRecordSchema = z.object({
  ...recordBase,
  lastStage: z.string(),
  rows: z.int().nonnegative(),
  quarantined: z.boolean(),
});
export type ShardClosedRecord = z.infer<typeof shardClosedRecordSchema>;

/**
 * `quarantined/<k>.json`: work on this shard has failed for good. Nothing new begins; what is paid is collected and kept;
 * rows without an answer are `failed`. `quarantined/<k>/<work>.json`: while it was wound up, this work failed as well.
 * The work a record names is never tried again.
 */
export const quarantinedRecordSchema = z.object({
  ...recordBase,
  stage: z.string(),
  queue: z.string(),
  /** Where the message named them; a record without one stands for all of them. */
  attempt: z.int().positive().optional(),
  part: z.int().nonnegative().optional(),
  submission: z.int().positive().optional(),
  code: z.string(),
  message: z.string(),
});
export type QuarantinedRecord = z.infer<typeof quarantinedRecordSchema>;
