import type { JobStatus, Report } from '@batchmill/contracts';

export const statusOf = (over: Partial<JobStatus> = {}): JobStatus => ({
  id: '1000jobjobjobjob',
  name: 'captions',
  state: 'completed',
  run: 1,
  createdAt: 1_000,
  endedAt: 65_000,
  rows: { source: 2, entered: 2, rejectedAtSource: 0 },
  shards: { total: 1, closed: 1 },
  steps: [
    {
      step: 'answer',
      stage: '001',
      entering: 2,
      outcomes: { ok: 2 },
      shardsClosed: 1,
      batchesOpen: 0,
      batchesEnded: 1,
      mode: 'batch',
    },
  ],
  outcomes: { ok: 2 },
  tokens: { input: 24, output: 40 },
  cost: { estimated: 0.8, paid: 0.5, realtime: 1 },
  simulated: false,
  ...over,
});

export const reportOf = (status: JobStatus): Report => ({
  v: 1,
  job: status.id,
  name: status.name,
  run: status.run,
  state: 'completed',
  simulated: status.simulated,
  rows: { source: 2, rejectedAtSource: 0, entered: 2, delivered: 2 },
  outcomes: status.outcomes,
  rejectsByReason: {},
  steps: [],
  tokens: status.tokens,
  cost: { ...status.cost, currency: 'USD' },
  paidTwice: 0,
  batches: [],
  files: [],
  warnings: [],
  startedAt: 1_000,
  endedAt: 65_000,
});

export const PIPELINE = `name: captions
vars: { model: gpt-4o-mini }
source: { format: csv, path: data.csv }
key: id
steps:
  - id: answer
    generate:
      model: "{{ vars.model }}"
      prompt: "Describe {{ text }}"
      into: caption
`;

export const DATA = 'id,text\na,one\nb,two\n';
