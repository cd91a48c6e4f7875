import type { Faults } from '../faults/fault-settings.ts';

/** A file as kept: times in virtual ms. */
export type FileRecord = {
  id: string;
  seq: number;
  bytes: number;
  createdMs: number;
  expiresMs: number | null;
  filename: string;
  purpose: string;
};

export const BATCH_STATUSES = [
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

export type BatchError = { code: string; line: number | null; message: string; param: string | null };

export type BatchUsage = { inputTokens: number; outputTokens: number };

/** How an injected fault ends a batch, if it does: after this share of its rows; and by how much it makes it slower. */
export type BatchFate = {
  ends?: 'expired' | 'failed' | 'cancelled' | undefined;
  afterShare: number;
  slowByMs?: number;
};

/** A batch as kept: times in virtual ms. What depends on settings is frozen at creation, so that a restart repeats it. */
export type BatchRecord = {
  id: string;
  seq: number;
  seed: number;
  endpoint: string;
  inputFileId: string;
  hasInput: boolean;
  inputBytes: number;
  status: BatchStatus;
  outputFileId: string | null;
  errorFileId: string | null;
  errors: BatchError[] | null;
  createdMs: number;
  /** Real time of creation: for a lag of the list in real ms. */
  createdRealMs: number;
  expiresMs: number;
  times: Partial<Record<Exclude<BatchStatus, 'validating'>, number>>;
  counts: { total: number; completed: number; failed: number };
  metadata: Record<string, string> | null;
  model: string | null;
  usage: BatchUsage | null;
  enqueuedTokens: number;
  outputLifetimeMs: number;
  /** Rows that had run when it was cancelled or expired, in running order. */
  stoppedAt: number | null;
  fate: BatchFate | null;
  faults: Pick<Faults, 'rows' | 'countsLie' | 'emptyErrorFileId'>;
};

export const isFinal = (status: BatchStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'expired' || status === 'cancelled';
