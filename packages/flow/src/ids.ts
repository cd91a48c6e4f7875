import type { PartRef, ShardRef, SubmissionRef } from '@batchmill/contracts';

/* Names of reservations in Redis: of a shard's paid sum, and of one submission. */

export const shardEntry = (ref: ShardRef): string => `r${ref.run}-s${ref.shard}`;

export const partEntry = (ref: PartRef): string => `${shardEntry(ref)}-${ref.stage}-a${ref.attempt}-p${ref.part}`;

export const submissionEntry = (ref: SubmissionRef): string => `${partEntry(ref)}-t${ref.submission}`;

/** The same, unique over all jobs. */
export const submissionName = (ref: SubmissionRef): string => `${ref.tenant}-${ref.job}-${submissionEntry(ref)}`;
