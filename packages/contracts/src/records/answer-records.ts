import { z } from 'zod';
import { blobRefSchema, lineBlobRefSchema } from '../blobs.ts';
import { jobIdSchema } from '../ids.ts';
import { recordBase } from './record.ts';

/** `answers.json`: answers that are known before a job asks anything. Written once, before its first shard is built. */
export const answersRecordSchema = z.object({
  ...recordBase,
  /** An answer is found by what was asked, or by the key of its row. */
  by: z.enum(['request', 'key']),
  /** The job that was given them. */
  job: jobIdSchema.optional(),
  entries: z.int().nonnegative(),
  /** Entries of fixed size, sorted within each run. */
  runs: z.array(blobRefSchema),
  /** JSONL of `{key}`: the blobs of result lines that entries name by their position here. */
  files: lineBlobRefSchema,
  /** Of result files that were given: JSONL of `{custom_id, file, line}`, the lines that are of no row. */
  unmatched: lineBlobRefSchema.optional(),
  /** Some of the given answers were made up by the simulator. */
  simulated: z.boolean().optional(),
});
export type AnswersRecord = z.infer<typeof answersRecordSchema>;
