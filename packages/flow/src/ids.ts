import type { PartRef, ShardRef, SubmissionRef } from '@batchmill/contracts';

/* Names of reservations in Redis: of a shard's paid sum, and of one submission. */

export const shardEntry = (ref: ShardRef): string => `r${ref.run}-s${ref.shard}`;

export const partEntry = (ref: PartRef): string => `${shardEntry(ref)}-${ref.stage}-a${ref.attempt}-p${ref.part}`;

export const submissionEntry = (ref: SubmissionRef): string => `${partEntry(ref)}-t${ref.submission}`;

/** The same, unique over all jobs. */
export const submissionName = (ref: SubmissionRef): string => `${ref.tenant}-${ref.job}-${submissionEntry(ref)}`;

/** A live part is placed once, by ourselves: the one submission that reserves for it and that its results name. */
export const liveSubmission = (ref: PartRef): SubmissionRef => ({ ...ref, submission: 1 });

const SUBMISSION_NAME = /^([a-z0-9-]+)-([a-z0-9]{14,20})-r(\d+)-s(\d+)-(\d{3})-a(\d+)-p(\d+)-t(\d+)$/;

/** The submission that one of our names stands for; null where it is none. */
export const parseSubmissionName = (name: string): SubmissionRef | null => {
  const match = SUBMISSION_NAME.exec(name);
  if (match === null) return null;
  const [, tenant = '', job = '', run, shard, stage = '', attempt, part, submission] = match;
  return {
    tenant,
    job,
    run: Number(run),
    shard: Number(shard),
    stage,
    attempt: Number(attempt),
    part: Number(part),
    submission: Number(submission),
  };
};
