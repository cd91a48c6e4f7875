import { z } from 'zod';

const rate = z.number().min(0).max(1);
const times = z.int().positive();

/** The operations that request faults can name. */
export const OPERATIONS = [
  'files.create',
  'files.list',
  'files.get',
  'files.content',
  'files.delete',
  'batches.create',
  'batches.list',
  'batches.get',
  'batches.cancel',
  'chat.create',
  'models.list',
  'models.get',
] as const;
export const operationSchema = z.enum(OPERATIONS);
export type Operation = z.infer<typeof operationSchema>;

const rowErrorSchema = z.strictObject({
  /** Without a status the row fails without an HTTP answer: `response` null, `error` set. */
  status: z.int().min(400).max(599).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  rate,
});
export type RowError = z.infer<typeof rowErrorSchema>;

const rowFaultsSchema = z.strictObject({
  errors: z.array(rowErrorSchema).default([]),
  refused: rate.default(0),
  truncated: rate.default(0),
  missing: rate.default(0),
  duplicate: rate.default(0),
  garbage: rate.default(0),
});
export type RowFaults = z.infer<typeof rowFaultsSchema>;

const requestFaultSchema = z
  .strictObject({
    on: operationSchema,
    /** `cut` closes the connection, `hang` never answers, `status` answers with an error, `delay` answers late. */
    effect: z.enum(['cut', 'hang', 'status', 'delay']),
    /** `before` the request has had any effect, or `after` it has succeeded. */
    when: z.enum(['before', 'after']).default('before'),
    status: z.int().min(400).max(599).optional(),
    code: z.string().optional(),
    message: z.string().optional(),
    retryAfterSeconds: z.number().min(0).optional(),
    delayMs: z.number().min(0).optional(),
    /** The next this many requests; without it every one, at the rate. */
    times: times.optional(),
    rate: rate.default(1),
  })
  .refine((fault) => fault.effect !== 'status' || fault.status !== undefined, 'effect "status" needs a status')
  .refine((fault) => fault.effect !== 'delay' || fault.delayMs !== undefined, 'effect "delay" needs delayMs');
export type RequestFault = z.infer<typeof requestFaultSchema>;

const batchFaultSchema = z
  .strictObject({
    /** How it ends; without it as other batches do. */
    ends: z.enum(['expired', 'failed', 'cancelled']).optional(),
    /** Share of its rows that run (and are paid) before. */
    afterShare: rate.default(0.5),
    /** Its rows take so much longer, in virtual ms. */
    slowByMs: z.number().min(0).default(0),
    times,
  })
  .refine((fault) => fault.ends !== undefined || fault.slowByMs > 0, 'a batch fault needs "ends" or "slowByMs"');
export type BatchFault = z.infer<typeof batchFaultSchema>;

const downloadFaultSchema = z.strictObject({
  times,
  afterShare: rate.default(0.5),
  /** Cut behind the last whole line of that share. */
  atLineEnd: z.boolean().default(false),
  framing: z.enum(['content-length', 'chunked']).default('content-length'),
  /** The answer ends as if it were whole; otherwise the connection is closed. */
  clean: z.boolean().default(false),
});
export type DownloadFault = z.infer<typeof downloadFaultSchema>;

const listLagSchema = z.strictObject({ realMs: z.number().min(0).default(0), virtualMs: z.number().min(0).default(0) });

const countsLieSchema = z.strictObject({
  total: z.int().default(0),
  completed: z.int().default(0),
  failed: z.int().default(0),
});

/** What `POST /_simulator/faults` takes: the whole set; what is absent is off. */
export const faultsSchema = z.strictObject({
  rows: rowFaultsSchema.default(rowFaultsSchema.parse({})),
  requests: z.array(requestFaultSchema).default([]),
  batches: z.array(batchFaultSchema).default([]),
  downloads: z.array(downloadFaultSchema).default([]),
  /** New batches do not show in the list for this long. */
  listLag: listLagSchema.default({ realMs: 0, virtualMs: 0 }),
  /** Added to the true request counts of a batch. */
  countsLie: countsLieSchema.default({ total: 0, completed: 0, failed: 0 }),
  /** `error_file_id` is "" where a batch has no error file. */
  emptyErrorFileId: z.boolean().default(false),
  /** In place of the limit the simulator was started with. */
  enqueuedTokensPerModel: z.union([z.int().min(0), z.record(z.string(), z.int().min(0))]).optional(),
});
export type Faults = z.infer<typeof faultsSchema>;

export const NO_FAULTS: Faults = faultsSchema.parse({});
