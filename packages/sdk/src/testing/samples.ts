import type { JobStatus, RowView } from '@batchmill/contracts';

export const JOB = 'abcdefghij0123456';

export const statusOf = (over: Partial<JobStatus> = {}): JobStatus => ({
  id: JOB,
  name: 'captions',
  state: 'running',
  run: 1,
  createdAt: 1,
  endedAt: null,
  rows: null,
  shards: null,
  steps: [],
  outcomes: {},
  tokens: { input: 0, output: 0 },
  cost: { estimated: 0, paid: 0, realtime: 0 },
  simulated: false,
  ...over,
});

export const rowOf = (key: string, over: Partial<RowView> = {}): RowView => ({
  id: key,
  key,
  outcome: 'ok',
  step: null,
  fields: { caption: `about ${key}` },
  ...over,
});
