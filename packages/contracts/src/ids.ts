import { z } from 'zod';

/** Ids are ours, lower case and safe in object keys, queue ids and custom ids. */
export const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
export const jobIdSchema = z.string().regex(/^[a-z0-9]{14,20}$/);
export const stageNumberSchema = z.string().regex(/^\d{3}$/);
/** Base36 ordinal of the source row, then `_<n>` for each expansion it went through: `1a`, `1a_0`. */
export const rowIdSchema = z.string().regex(/^[0-9a-z]+(_[0-9a-z]+)*$/);

export const DEFAULT_TENANT = 'default';

/** One shard of one run. */
export const shardRefSchema = z.object({
  tenant: idSchema,
  job: jobIdSchema,
  run: z.int().positive(),
  shard: z.int().nonnegative(),
});
export type ShardRef = z.infer<typeof shardRefSchema>;

export const runRefSchema = shardRefSchema.omit({ shard: true });
export type RunRef = z.infer<typeof runRefSchema>;

export const attemptRefSchema = shardRefSchema.extend({ stage: stageNumberSchema, attempt: z.int().positive() });
export type AttemptRef = z.infer<typeof attemptRefSchema>;

export const partRefSchema = attemptRefSchema.extend({ part: z.int().nonnegative() });
export type PartRef = z.infer<typeof partRefSchema>;

export const submissionRefSchema = partRefSchema.extend({ submission: z.int().positive() });
export type SubmissionRef = z.infer<typeof submissionRefSchema>;

/** Stage 1 → `001`. */
export const stageNumber = (index: number): string => String(index).padStart(3, '0');

/** A job id whose text order is newest first: inverted milliseconds in base36, then random characters. */
export const newJobId = (nowMs: number, random: () => number = Math.random): string => {
  const inverted = (36 ** 9 - 1 - nowMs).toString(36).padStart(9, '0');
  const tail = Array.from({ length: 7 }, () => Math.floor(random() * 36).toString(36)).join('');
  return `${inverted}${tail}`;
};

/** Attempts of run r are numbered on from those of the runs before it, so that a custom id is never used twice. */
export const ATTEMPTS_PER_RUN = 100;

export type CustomIdParts = { job: string; stage: string; shard: number; row: string; attempt: number };

/** `<job>-<stage>-<home shard>-<row>-a<n>`, at most 64 characters of `[A-Za-z0-9_-]`. */
export const formatCustomId = (parts: CustomIdParts): string =>
  `${parts.job}-${parts.stage}-${parts.shard.toString(36)}-${parts.row}-a${parts.attempt}`;

const CUSTOM_ID = /^([a-z0-9]+)-(\d{3})-([0-9a-z]+)-([0-9a-z_]+)-a(\d+)$/;

/** The parts of one of our custom ids, or null where it is none. */
export const parseCustomId = (customId: string): CustomIdParts | null => {
  const match = CUSTOM_ID.exec(customId);
  if (match === null) return null;
  const [, job, stage, shard, row, attempt] = match as unknown as [string, string, string, string, string, string];
  return { job, stage, shard: Number.parseInt(shard, 36), row, attempt: Number(attempt) };
};
