import type { JobRecord } from '@batchmill/contracts';
import { answersOfJob, writeIndex } from '@batchmill/answer-index';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';

/** Makes it known to the builders what this job need not ask, before any of them begins. Twice is harmless. */
export const indexAnswers = async (ledger: Ledger, { tenant, job, reuse }: JobRecord): Promise<void> => {
  const ref = { tenant, job };
  if (reuse === undefined || (await ledger.exists(keys.answers(ref)))) return;
  const earlier = await ledger.read(keys.job({ tenant, job: reuse }));
  if (earlier === null) return;
  const index = await writeIndex(ledger, ref, answersOfJob(ledger, earlier));
  await ledger.write(keys.answers(ref), { by: 'request', job: reuse, ...index });
};
