import type { JobRecord, JobState, RunRef } from '@batchmill/contracts';
import { attention } from '@batchmill/flow';
import type { RunFacts } from '@batchmill/ledger';
import { closedShards } from '@batchmill/queue';
import type { Ports } from './routes/ports.ts';

export type StateOfJob = { state: JobState; run: RunRef; facts: RunFacts | null; closed: number; reason?: string };

/** Where a job's newest run stands: from the ledger, with Redis for what changes every second. */
export const jobState = async (ports: Ports, { tenant, job }: JobRecord): Promise<StateOfJob> => {
  const { ledger, queues } = ports;
  const run = { tenant, job, run: Math.max(await ledger.latestRun({ tenant, job }), 1) };
  const facts = await ledger.runFacts(run);
  const at = { run, facts };
  if (facts?.done != null) {
    const reason = facts.failed?.message;
    return { ...at, state: facts.done.state, closed: facts.shards?.shards ?? 0, ...(reason ? { reason } : {}) };
  }
  const control = await ledger.control(run);
  if (facts?.shards == null) return { ...at, state: control.cancelled ? 'cancelling' : 'ingesting', closed: 0 };
  const closed = await closedShards(queues.redis).size(run);
  if (closed >= facts.shards.shards) return { ...at, state: 'exporting', closed };
  if (control.cancelled) return { ...at, state: 'cancelling', closed };
  if (control.paused) return { ...at, state: 'paused', closed };
  const reason = await attention(queues).of(job);
  if (reason !== null) return { ...at, state: 'needs-attention', closed, reason };
  return { ...at, state: 'running', closed };
};
