import type { JobRecord, OpenClaim, SubmissionRef } from '@batchmill/contracts';
import { attention, parseSubmissionName, submissionEntry, submissionName } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import { ApiError } from './api-error.ts';
import { jobState } from './job-state.ts';
import type { Ports } from './routes/ports.ts';

/** Claims of the job's newest run that have neither a batch nor a refusal, and whose lease is over. */
export const openClaims = async (ports: Ports, job: JobRecord): Promise<OpenClaim[]> => {
  const { ledger, flow, now } = ports;
  const { run } = await jobState(ports, job);
  const shards = (await ledger.read(keys.shards(run)))?.shards ?? 0;
  const closed = new Set(await ledger.closedShards(run));
  const claims: OpenClaim[] = [];
  for (let shard = 0; shard < shards; shard += 1) {
    if (closed.has(shard)) continue;
    const { facts } = await flow.shard({ ...run, shard });
    const stage = facts.current?.stage;
    for (const { attempt, parts } of facts.current?.attempts ?? []) {
      for (const { part, plan, submissions } of parts) {
        for (const { number, intent, batch, refused, file } of submissions) {
          const isOpen = intent?.fileId != null && batch === undefined && refused === undefined;
          if (!isOpen || stage === undefined || intent.at + flow.settings.leaseMs > now()) continue;
          const ref: SubmissionRef = { ...facts.ref, stage: stage.number, attempt, part, submission: number };
          claims.push({
            submission: submissionName(ref),
            provider: plan.provider,
            model: plan.model,
            step: stage.step,
            rows: file?.rows ?? plan.requests.lines,
            inputFileId: intent.fileId ?? '',
            claimedAt: intent.at,
          });
        }
      }
    }
  }
  return claims;
};

/** Records what the owner says of a claim; the first word counts, like every record. */
export const resolveClaim = async (
  ports: Ports,
  job: JobRecord,
  { submission, batch }: { submission: string; batch: string | null },
): Promise<void> => {
  const ref = parseSubmissionName(submission);
  const isOpen = (await openClaims(ports, job)).some((claim) => claim.submission === submission);
  if (ref === null || ref.job !== job.job || !isOpen) {
    throw new ApiError(409, 'no-open-claim', `job ${job.job} has no open claim "${submission}"`, [
      {
        code: 'no-open-claim',
        message: 'it is resolved already, or was never made',
        remedy: 'GET …/claims lists them',
      },
    ]);
  }
  const { ledger, flow, reservations, queues } = ports;
  if (batch !== null) await ledger.write(keys.batch(ref), { batchId: batch, adopted: true });
  else {
    const message = 'its owner says that no batch came of this claim';
    await ledger.write(keys.refused(ref), { kind: 'fenced', code: 'resolved', message });
    const plan = (await ledger.read(keys.plan(ref)))?.parts[ref.part];
    if (plan !== undefined) await reservations.release(ref, plan);
  }
  await attention(queues).clear(job.job, submissionEntry(ref));
  await flow.advance(ref);
};
