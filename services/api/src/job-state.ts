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
  if (facts?.shards == null) {
    if (control.cancelled) return { ...at, state: 'cancelling', closed: 0 };
    const told = await attention(queues).of(job);
    const state = told?.waits === true ? 'needs-attention' : 'ingesting';
    return { ...at, state, closed: 0, ...(told === null ? {} : { reason: told.reason }) };
  }
  const closed = await closedShards(queues.redis).size(run);
  if (closed >= facts.shards.shards) return { ...at, state: 'exporting', closed };
  if (control.cancelled) return { ...at, state: 'cancelling', closed };
  if (control.paused) {
    const { pausedFor: reason } = control;
    return { ...at, state: 'paused', closed, ...(reason === undefined ? {} : { reason }) };
  }
  const told = await attention(queues).of(job);
  if (told === null) return { ...at, state: 'running', closed };
  return { ...at, state: told.waits ? 'needs-attention' : 'running', closed, reason: told.reason };
};
