import { z } from 'zod';
import { outcomeCountsSchema } from './outcomes.ts';
import { FINAL_STATES } from './records/job-records.ts';
import { liveCountsSchema } from './records/live-counts.ts';
import { pictureCountsSchema } from './records/picture-counts.ts';

/** Accounting of one step over the whole run. `entering` = the sum of `outcomes`. */
export const stepReportSchema = z.object({
  step: z.string(),
  stage: z.string(),
  /** Of a step in rounds: which of how many. */
  round: z.object({ number: z.int(), times: z.int() }).optional(),
  entering: z.int(),
  outcomes: outcomeCountsSchema,
  /** Rows that go on although their turn failed, by why: they have the turns before. */
  kept: z.record(z.string(), z.int()).optional(),
  /** Rows asked once more, by reason. */
  askedAgain: z.record(z.string(), z.int()),
  /** Of a step that asks live: requests sent more than once. */
  live: liveCountsSchema.optional(),
  /** Pictures that stood in the requests themselves, but for plots. */
  pictures: pictureCountsSchema.optional(),
  /** Rows that took an answer of an earlier job: they were not asked, and cost nothing. */
  reused: z.int().optional(),
  attempts: z.int(),
  batches: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** US dollars: by estimate before, from usage after, and what realtime would have cost. */
  estimatedCost: z.number(),
  cost: z.number(),
  realtimeCost: z.number(),
  /** First shard entered, last shard closed (ms since 1970). */
  startedAt: z.int().nullable(),
  endedAt: z.int().nullable(),
});
export type StepReport = z.infer<typeof stepReportSchema>;

export const batchReportSchema = z.object({
  batchId: z.string(),
  step: z.string(),
  shard: z.int(),
  state: z.string(),
  requests: z.int(),
  createdAt: z.int().nullable(),
  endedAt: z.int().nullable(),
});

/** `report.json`: the accounting of a run, written beside its outputs. */
export const reportSchema = z.object({
  v: z.literal(1),
  job: z.string(),
  name: z.string(),
  run: z.int(),
  state: z.enum(FINAL_STATES),
  /** Set when any answer came from the simulator: its texts are made up. */
  simulated: z.boolean(),
  rows: z.object({ source: z.int(), rejectedAtSource: z.int(), entered: z.int(), delivered: z.int() }),
  outcomes: outcomeCountsSchema,
  rejectsByReason: z.record(z.string(), z.int()),
  steps: z.array(stepReportSchema),
  tokens: z.object({ input: z.int(), output: z.int() }),
  cost: z.object({
    estimated: z.number(),
    paid: z.number(),
    realtime: z.number(),
    currency: z.literal('USD'),
    /** Models without a known price: what they cost is in none of the sums. */
    unpriced: z.array(z.string()).optional(),
  }),
  /** Rows answered more than once by the ledger's own account. Anything but 0 is a defect. */
  paidTwice: z.int(),
  batches: z.array(batchReportSchema),
  files: z.array(z.object({ path: z.string(), rows: z.int(), bytes: z.int(), sha256: z.string() })),
  /** What a reader of the outputs should know, in sentences. */
  warnings: z.array(z.string()),
  startedAt: z.int(),
  endedAt: z.int(),
});
export type Report = z.infer<typeof reportSchema>;
