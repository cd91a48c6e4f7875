import { z } from 'zod';
import { recordBase } from './record.ts';

/** `t<i>/file.json`: the input file of this submission is at the provider. */
export const fileRecordSchema = z.object({
  ...recordBase,
  fileId: z.string(),
  bytes: z.int().nonnegative(),
  /** Rows in the file; fewer than the part's where bad lines of a failed batch were left out. */
  rows: z.int().nonnegative(),
});
export type FileRecord = z.infer<typeof fileRecordSchema>;

/** `too-large`: the part can never be placed as it is; its rows are cut anew. */
export const WITHDRAWN_BECAUSE = ['cancelled', 'quarantined', 'too-large'] as const;
export type WithdrawnBecause = (typeof WITHDRAWN_BECAUSE)[number];

/** Prompt tokens: what may wait at the provider at once, and what a part of the next attempt may hold (at most as many). */
export const recutSchema = z.object({ limitTokens: z.int().positive(), cutTokens: z.int().positive() });
export type Recut = z.infer<typeof recutSchema>;

/** `t<i>/intent.json`: the claim to place this submission; exactly one POST may follow it. */
export const intentRecordSchema = z.object({
  ...recordBase,
  fileId: z.string().nullable(),
  worker: z.string(),
  /** Nothing else of ours waited in the provider's token pool: if it is full all the same, the part is too large for it. */
  alone: z.boolean().optional(),
  /** This number was taken so that no POST may ever follow. */
  withdrawn: z.boolean().optional(),
  /** Why it was withdrawn; absent: by a cancel. */
  because: z.enum(WITHDRAWN_BECAUSE).optional(),
  /** Of a part that is too large: the limit, and the tokens its rows are cut to in the next attempt. */
  recut: recutSchema.optional(),
});
export type IntentRecord = z.infer<typeof intentRecordSchema>;

/** `t<i>/batch.json`: the provider has the batch. */
export const batchRecordSchema = z.object({ ...recordBase, batchId: z.string(), adopted: z.boolean() });
export type BatchRecord = z.infer<typeof batchRecordSchema>;

export const REFUSAL_KINDS = [
  'pool-full',
  'rate-limited',
  'bad-input',
  'unauthorized',
  'no-credit',
  'not-reached',
  'fenced',
  'other',
] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

/**
 * `t<i>/refused.json`: the provider has certainly not taken it; the next submission may begin.
 * `fenced`: the input file was deleted, the fence wait is over and no batch has appeared.
 */
export const refusedRecordSchema = z.object({
  ...recordBase,
  kind: z.enum(REFUSAL_KINDS),
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.int().nonnegative().optional(),
  /** With `pool-full`: the model's limit of waiting tokens, where the provider names it. */
  limitTokens: z.int().positive().optional(),
});
export type RefusedRecord = z.infer<typeof refusedRecordSchema>;

/** `t<i>/fenced.json`: the input file is deleted, so that a late POST can no longer become a paid batch. */
export const fencedRecordSchema = z.object({ ...recordBase, fileId: z.string() });
export type FencedRecord = z.infer<typeof fencedRecordSchema>;

export const BATCH_END_STATES = ['completed', 'failed', 'expired', 'cancelled'] as const;

/** One validation error of a batch; `line` is 1-based. */
export const batchErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  line: z.int().nullable(),
  param: z.string().nullable(),
});
export type BatchError = z.infer<typeof batchErrorSchema>;

/** `t<i>/ended.json`: what became of the batch. */
export const endedRecordSchema = z.object({
  ...recordBase,
  batchId: z.string(),
  state: z.enum(BATCH_END_STATES),
  /**
   * A failed batch in one word: `pool-full` (no room in the enqueued tokens), `bad-lines` (some lines are invalid),
   * `fenced` (its input file is gone), `other`. null for every other end state.
   */
  failure: z.enum(['pool-full', 'bad-lines', 'fenced', 'other']).nullable(),
  /** With `pool-full`: the model's limit of waiting tokens, where the provider names it. */
  limitTokens: z.int().positive().optional(),
  outputFileId: z.string().nullable(),
  errorFileId: z.string().nullable(),
  /** At most 100 errors here. */
  errors: z.array(batchErrorSchema),
  /** Bits over the lines of the input file (bit 0 = line 1) that failed validation; absent where none did. */
  badLines: z.string().optional(),
  createdAt: z.int().nullable(),
  endedAt: z.int().nullable(),
});
export type EndedRecord = z.infer<typeof endedRecordSchema>;

/** `t<i>/cancel-sent.json` */
export const cancelSentRecordSchema = z.object({
  ...recordBase,
  result: z.enum(['sent', 'already-final', 'not-found']),
});
export type CancelSentRecord = z.infer<typeof cancelSentRecordSchema>;
