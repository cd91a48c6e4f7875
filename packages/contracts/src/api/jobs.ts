import { z } from 'zod';
import { problemSchema } from '../errors.ts';
import { jobIdSchema, stageNumberSchema } from '../ids.ts';
import { outcomeCountsSchema, outcomeSchema } from '../outcomes.ts';
import { dataFileSchema } from '../records/job-records.ts';
import { pictureCountsSchema } from '../records/picture-counts.ts';

export const JOB_STATES = [
  'accepted',
  'ingesting',
  'running',
  'paused',
  'needs-attention',
  'cancelling',
  'exporting',
  'completed',
  'completed-with-rejects',
  'cancelled',
  'failed',
] as const;
export const jobStateSchema = z.enum(JOB_STATES);
export type JobState = z.infer<typeof jobStateSchema>;

export const isFinalState = (state: JobState): boolean =>
  state === 'completed' || state === 'completed-with-rejects' || state === 'cancelled' || state === 'failed';

/** `POST /v1/uploads` → */
export const uploadSchema = z.object({ id: z.string(), bytes: z.int(), sha256: z.string() });
export type Upload = z.infer<typeof uploadSchema>;

/** Where a job's bytes come from: an upload, or a URL the server may fetch. `name` is what the source path says. */
export const inputRefSchema = z.union([
  z.strictObject({ name: z.string(), upload: z.string() }),
  z.strictObject({ name: z.string(), url: z.string() }),
]);

/** `POST /v1/jobs` ← */
export const createJobSchema = z.strictObject({
  /** The pipeline file as an object, or its text (YAML or JSON; then mistakes carry lines and columns). */
  pipeline: z.union([z.string(), z.record(z.string(), z.json())]),
  /** File name to use in messages. */
  pipelineFile: z.string().optional(),
  input: z.array(inputRefSchema),
  variables: z.record(z.string(), z.json()).optional(),
  /** `path=value` overrides, for example `steps[0].generate.model`. */
  set: z.record(z.string(), z.json()).optional(),
  /** Files a schema or list names with `$file`, by path. */
  files: z.record(z.string(), z.json()).optional(),
  /** Upload with JSONL of `{path, upload}`: the local images that rows name. */
  assets: z.string().optional(),
  previous: jobIdSchema.optional(),
  /** A job whose answers are taken over: a row whose request is equal to one answered there is not asked again. */
  reuse: jobIdSchema.optional(),
  /**
   * Nothing is sent. Without `collect` the requests of the first generate step are made; with it, the answers to one step
   * are here, and the pipeline goes on to the next one.
   */
  byHand: z
    .strictObject({
      collect: z
        .strictObject({
          stage: stageNumberSchema,
          /** Upload of the `prepared/rows.jsonl` of an earlier job; absent: the rows come from the source. */
          rows: z.string().optional(),
          /** Uploads of result lines, each with the key of its row as custom id. */
          answers: z.array(z.strictObject({ name: z.string(), upload: z.string() })).min(1),
          /** The data that given rows come from, for the record. */
          inputs: z.array(dataFileSchema).optional(),
        })
        .optional(),
    })
    .optional(),
});
export type CreateJob = z.infer<typeof createJobSchema>;

export const jobCreatedSchema = z.object({ id: jobIdSchema, state: jobStateSchema });

export const stepStatusSchema = z.object({
  step: z.string(),
  stage: z.string(),
  /** Of a step in rounds: which of how many. */
  round: z.object({ number: z.int(), times: z.int() }).optional(),
  /** Rows that have entered, and outcomes so far. */
  entering: z.int(),
  outcomes: outcomeCountsSchema,
  shardsClosed: z.int(),
  batchesOpen: z.int(),
  batchesEnded: z.int(),
  /** Absent for a step that asks no model. */
  mode: z.enum(['batch', 'live', 'by-hand']).optional(),
  /** First shard entered, last shard closed (ms since 1970); known once the run is final. */
  startedAt: z.int().optional(),
  endedAt: z.int().optional(),
  /** Rows of live parts that are answered and have no outcome yet. */
  answered: z.int().optional(),
  /** Pictures that stand in the requests made so far, but for plots. */
  pictures: pictureCountsSchema.optional(),
});

export const jobStatusSchema = z.object({
  id: jobIdSchema,
  name: z.string(),
  state: jobStateSchema,
  /** Why it stands, or failed, in a sentence. */
  reason: z.string().optional(),
  problems: z.array(problemSchema).optional(),
  run: z.int(),
  createdAt: z.int(),
  endedAt: z.int().nullable(),
  rows: z.object({ source: z.int(), entered: z.int(), rejectedAtSource: z.int() }).nullable(),
  shards: z.object({ total: z.int(), closed: z.int() }).nullable(),
  steps: z.array(stepStatusSchema),
  outcomes: outcomeCountsSchema,
  tokens: z.object({ input: z.int(), output: z.int() }),
  cost: z.object({
    estimated: z.number(),
    paid: z.number(),
    realtime: z.number(),
    /** Models without a known price: what they cost is in none of the sums. */
    unpriced: z.array(z.string()).optional(),
  }),
  simulated: z.boolean(),
  previous: z.string().optional(),
  /** Of a job that sends a request file as it stands: the file's name. */
  requestFile: z.string().optional(),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const jobSummarySchema = jobStatusSchema.pick({
  id: true,
  name: true,
  state: true,
  createdAt: true,
  requestFile: true,
});
export type JobSummary = z.infer<typeof jobSummarySchema>;

export const jobListSchema = z.object({ jobs: z.array(jobSummarySchema), cursor: z.string().nullable() });

/** One row with what became of it. */
export const rowViewSchema = z.object({
  id: z.string(),
  key: z.string(),
  outcome: outcomeSchema.or(z.literal('open')),
  step: z.string().nullable(),
  reason: z.object({ code: z.string(), message: z.string() }).optional(),
  fields: z.record(z.string(), z.json()),
});
export type RowView = z.infer<typeof rowViewSchema>;

export const rowListSchema = z.object({ rows: z.array(rowViewSchema), cursor: z.string().nullable() });

/** One attempt of one row, for `row KEY`. */
export const rowAttemptSchema = z.object({
  run: z.int(),
  stage: z.string(),
  step: z.string(),
  attempt: z.int(),
  customId: z.string(),
  batchId: z.string().nullable(),
  /** Nobody was asked: the answer came from an earlier job, or was given by hand. */
  given: z.boolean().optional(),
  outcome: outcomeSchema.or(z.literal('open')),
  reason: z.object({ code: z.string(), message: z.string() }).optional(),
  /** The texts that were sent, each message under its role; a picture is `[picture]`. */
  prompt: z.string().optional(),
  /** What came back, once it is stored; null where that is no text of a model. US dollars at the price of the mode. */
  answer: z
    .object({ text: z.string().nullable(), inputTokens: z.int(), outputTokens: z.int(), cost: z.number() })
    .optional(),
});

export const rowDetailSchema = rowViewSchema.extend({ attempts: z.array(rowAttemptSchema) });
export type RowDetail = z.infer<typeof rowDetailSchema>;

/** A claim whose answer is unknown: its owner can look at the provider and say what became of it. */
export const openClaimSchema = z.object({
  /** As `POST …/resolve` takes it. */
  submission: z.string(),
  provider: z.string(),
  model: z.string(),
  step: z.string(),
  rows: z.int(),
  inputFileId: z.string(),
  claimedAt: z.int(),
});
export type OpenClaim = z.infer<typeof openClaimSchema>;
export const openClaimListSchema = z.object({ claims: z.array(openClaimSchema) });

/** `POST /v1/jobs/:id/resolve` ←: the batch that came of a claim, or null: none did, and none will. */
export const resolveClaimSchema = z.strictObject({ submission: z.string(), batch: z.string().min(1).nullable() });

/** What happened to a shard, in order, from the ledger alone, and what comes next. */
export const shardStorySchema = z.object({
  run: z.int(),
  shard: z.int(),
  happened: z.array(z.object({ at: z.int(), stage: z.string(), step: z.string(), text: z.string() })),
  next: z.array(z.string()),
});
export type ShardStory = z.infer<typeof shardStorySchema>;

/** `GET /v1/jobs/:id/explain`: the run as a whole, and each shard that is asked for or not closed. */
export const explanationSchema = z.object({
  job: jobIdSchema,
  state: jobStateSchema,
  /** Why it stands or is slow, where somebody should know. */
  reason: z.string().optional(),
  happened: z.array(z.object({ at: z.int(), text: z.string() })),
  shards: z.array(shardStorySchema),
  /** Open shards that are not told here. */
  more: z.int(),
});
export type Explanation = z.infer<typeof explanationSchema>;

export const outputFileSchema = z.object({
  path: z.string(),
  rows: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  /** False for a file of the shards closed so far, of a job that still runs. */
  final: z.boolean(),
});
export const outputListSchema = z.object({ files: z.array(outputFileSchema) });
export type OutputFile = z.infer<typeof outputFileSchema>;

/** `POST /v1/preview` ← pipeline as in a job, and some rows of the source. */
export const previewRequestSchema = createJobSchema
  .omit({ input: true, previous: true, reuse: true, byHand: true })
  .extend({ rows: z.array(z.record(z.string(), z.json())).min(1).max(1000), totalRows: z.int().positive().optional() });

export const previewSchema = z.object({
  name: z.string(),
  step: z.string(),
  provider: z.string(),
  model: z.string(),
  requests: z.array(z.object({ key: z.string(), body: z.json(), inputTokens: z.int() })),
  rowsPreviewed: z.int(),
  meanInputTokens: z.number(),
  /** US dollars for all rows of the first generate step; null where no price is known. */
  estimatedCost: z.object({ batch: z.number(), realtime: z.number() }).nullable(),
  problems: z.array(problemSchema),
});
export type Preview = z.infer<typeof previewSchema>;

/** Every 4xx and 5xx. `code` is stable. */
export const apiErrorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.array(problemSchema) }),
});
