import { z } from 'zod';
import { stageNumberSchema } from '../ids.ts';
import { BATCH_END_STATES } from '../records/submission-records.ts';

/** A stored file of what went to a provider, or came from it, byte for byte. */
export const rawFileSchema = z.object({
  /** What it holds: request lines, or result lines as the provider wrote them. */
  kind: z.enum(['requests', 'output', 'errors']),
  /** Below the folder of all raw files: `run-1/001-caption/shard-0/attempt-1/part-0.output.jsonl`. */
  path: z.string(),
  /** Lines. */
  rows: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** In hex. */
  sha256: z.string(),
});
export type RawFile = z.infer<typeof rawFileSchema>;

/** How far one try to place a part is; from `completed` on as the provider says. */
export const RAW_SUBMISSION_STATES = [
  'uploaded',
  'claimed',
  'placed',
  'refused',
  'fenced',
  'withdrawn',
  ...BATCH_END_STATES,
] as const;

export const rawSubmissionSchema = z.object({
  submission: z.int().positive(),
  state: z.enum(RAW_SUBMISSION_STATES),
  inputFileId: z.string().nullable(),
  /** Rows of the input file: fewer than the part's where lines that the provider refused were left out. */
  rows: z.int().nonnegative().nullable(),
  batchId: z.string().nullable(),
  outputFileId: z.string().nullable(),
  errorFileId: z.string().nullable(),
  /** Why it was refused or withdrawn, or what the batch failed of. */
  reason: z.object({ code: z.string(), message: z.string() }).optional(),
  /** Milliseconds since 1970; null = that has not happened. */
  placedAt: z.int().nullable(),
  endedAt: z.int().nullable(),
});
export type RawSubmission = z.infer<typeof rawSubmissionSchema>;

export const rawPartSchema = z.object({
  run: z.int().positive(),
  stage: stageNumberSchema,
  step: z.string(),
  shard: z.int().nonnegative(),
  attempt: z.int().positive(),
  /** null: the rows of the attempt whose answer was known before, and which nobody was asked. */
  part: z.int().nonnegative().nullable(),
  /** `by-hand`: somebody else sends the requests. `given`: see `part`. */
  mode: z.enum(['batch', 'live', 'by-hand', 'given']),
  provider: z.string(),
  model: z.string(),
  endpoint: z.string(),
  /** Tries to place it as a batch, in order; none of a part that was asked otherwise. */
  submissions: z.array(rawSubmissionSchema),
  /** The submission to which the stored results belong; null where there are none yet. */
  resultsOf: z.int().positive().nullable(),
  /** Of a live part that has not ended its checkpoints, later its results; these hold the same lines. */
  files: z.array(rawFileSchema),
});
export type RawPart = z.infer<typeof rawPartSchema>;

/** `GET /v1/jobs/:id/raw` → a page of parts, by run and shard. */
export const rawListSchema = z.object({ parts: z.array(rawPartSchema), cursor: z.string().nullable() });
