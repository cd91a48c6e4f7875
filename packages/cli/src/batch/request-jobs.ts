import type { JobSummary } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { findJob } from '../job/find-job.ts';
import type { JobKind } from '../job/find-job.ts';

/** A job that sends a request file. */
export type RequestJob = JobSummary & { requestFile: string };

const isRequestJob = (job: JobSummary): job is RequestJob => job.requestFile !== undefined;

const KIND: JobKind = { is: isRequestJob, start: 'batch run FILES', list: 'batch list' };

/** A job that sends a request file, by its id, the beginning of it, or `last`. */
export const findRequestJob = (client: Client, wanted?: string): Promise<JobSummary> => findJob(client, wanted, KIND);

/** All of them, newest first. */
export async function* requestJobs(client: Client): AsyncGenerator<RequestJob, void, undefined> {
  for await (const job of client.allJobs()) if (isRequestJob(job)) yield job;
}
