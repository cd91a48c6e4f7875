import type {
  BatchRecord,
  Body,
  ChunkRecord,
  ClosedRecord,
  EndedRecord,
  GenerateStage,
  LineBlobRef,
  OutcomesRecord,
  PartPlan,
  QuarantinedRecord,
  RefusalKind,
  ResultsRecord,
  Stage,
} from '@batchmill/contracts';
import { noUsage } from '@batchmill/contracts';
import { Bitmap } from '../bitmap.ts';
import type { Control } from '../control.ts';
import type { SubmissionSettings } from '../next-of-part.ts';
import type { AttemptFacts, PartFacts, ShardFacts, SubmissionFacts } from '../shard-facts.ts';

/* Facts as a test needs them: everything has a usual value, a test names only what it is about. */

export const NOW_MS = 1_800_000_000_000;

export const settings: SubmissionSettings = {
  leaseMs: 150_000,
  settleMs: 120_000,
  backoffMs: 5000,
  maxBackoffMs: 600_000,
  maxFailures: 3,
  maxRefusalsAlone: 5,
};

export const running: Control = { paused: false, cancelled: false };
export const paused: Control = { paused: true, cancelled: false };
export const cancelled: Control = { paused: false, cancelled: true };

export const shardRef = { tenant: 'default', job: 'abcdefghijklmnop', run: 1, shard: 0 };

export const blob = (lines: number): LineBlobRef => ({ key: 'blob', bytes: lines * 10, sha256: '0'.repeat(64), lines });

export const generateStage = (number: string): GenerateStage => ({
  kind: 'generate',
  number,
  step: `step-${number}`,
  generate: {
    provider: 'openai',
    endpoint: '/v1/chat/completions',
    model: 'm',
    params: {},
    messages: [],
    into: 'answer',
    retryAttempts: 3,
  },
});

export const stages: Stage[] = [generateStage('001'), generateStage('002')];

export const base = { v: 1 as const, nonce: 'n', at: NOW_MS };

export const partPlan = (lines = 10): PartPlan => ({
  requests: blob(lines),
  estimatedTokens: 100,
  estimatedCost: 1,
  provider: 'openai',
  model: 'm',
  endpoint: '/v1/chat/completions',
});

export const closedRecord = (rows: number, extra: Partial<ClosedRecord> = {}): ClosedRecord => ({
  ...base,
  entering: rows,
  counts: { ok: rows },
  rows: rows === 0 ? null : blob(rows),
  rejects: null,
  fieldTypes: {},
  usage: noUsage,
  cost: 0,
  realtimeCost: 0,
  estimatedCost: 0,
  attempts: 0,
  batches: 0,
  askedAgain: {},
  ...extra,
});

export const outcomesBody = (rows: number, again: number): Body<OutcomesRecord> => ({
  rows,
  counts: { ok: rows - again },
  bitmaps: {},
  again: { rows: again, reasons: {}, bitmap: '' },
  lines: { unknown: 0, duplicate: 0, unparsable: 0 },
  answers: null,
  failures: null,
  strays: null,
  usage: noUsage,
  cost: 0,
  realtimeCost: 0,
});

export const file = (rows = 10) => ({ ...base, fileId: 'file-1', bytes: 100, rows });
export const intent = { ...base, fileId: 'file-1', worker: 'w' };
export const withdrawn = { ...base, fileId: null, worker: 'w', withdrawn: true };
export const batch: BatchRecord = { ...base, batchId: 'batch-1', adopted: false };
export const fenced = { ...base, fileId: 'file-1' };
export const cancelSent = { ...base, result: 'sent' as const };
export const quarantined = (
  queue: string,
  place: Pick<QuarantinedRecord, 'attempt' | 'part' | 'submission'> = {},
): QuarantinedRecord => ({ ...base, stage: '001', queue, code: 'crashed', message: 'died', ...place });
export const results: ResultsRecord = { ...base, submission: 1, output: null, errors: null };

export const refused = (kind: RefusalKind, retryAfterMs?: number) => ({
  ...base,
  kind,
  code: kind,
  message: `refused: ${kind}`,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

export const ended = (state: EndedRecord['state'], extra: Partial<EndedRecord> = {}): EndedRecord => ({
  ...base,
  batchId: 'batch-1',
  state,
  failure: null,
  outputFileId: null,
  errorFileId: null,
  errors: [],
  createdAt: null,
  endedAt: null,
  ...extra,
});

export const part = (submissions: Omit<SubmissionFacts, 'number'>[], extra: Partial<PartFacts> = {}): PartFacts => ({
  part: 0,
  plan: partPlan(),
  submissions: submissions.map((facts, position) => ({ number: position + 1, ...facts })),
  ...extra,
});

/** A checkpoint of a live part; the first of a sitting where it settles nothing. */
export const chunk = ({
  settled = [],
  ...changes
}: Partial<Omit<ChunkRecord, 'settled'>> & { settled?: number[] } = {}): ChunkRecord => {
  const bits = new Bitmap();
  for (const line of settled) bits.add(line);
  const nothing = { sitting: 'a', worker: 'w', output: null, errors: null, mayRepeat: 5, retried: {} };
  return { ...base, ...nothing, settled: bits.encode(), ...changes };
};

/** A live part of ten requests with these checkpoints. */
export const livePart = (chunks: ChunkRecord[] = []): PartFacts => ({
  part: 0,
  plan: { ...partPlan(), mode: 'live' },
  submissions: [],
  chunks,
});

/** Attempt 1 with a plan of these parts. */
export const attemptWith = (...parts: PartFacts[]): AttemptFacts => ({
  attempt: 1,
  plan: { ...base, rows: 10, asked: 10, parts: parts.map(({ plan }) => plan) },
  parts: parts.map((one, position) => ({ ...one, part: position })),
});

/** A shard that stands in stage 001 with these attempts. */
export const shardIn = (attempts: AttemptFacts[], extra: Partial<ShardFacts> = {}): ShardFacts => ({
  ref: shardRef,
  stages,
  closed: [{ stage: '000', record: closedRecord(10) }],
  current: { stage: generateStage('001'), attempts },
  shardClosed: false,
  quarantined: [],
  ...extra,
});
