import type { BatchRecord, BatchStatus, FileRecord } from '../state/records.ts';

/** The file object on the wire; times in unix seconds. */
export const fileObject = (file: FileRecord): Record<string, unknown> => ({
  id: file.id,
  object: 'file',
  bytes: file.bytes,
  created_at: seconds(file.createdMs),
  expires_at: file.expiresMs === null ? null : seconds(file.expiresMs),
  filename: file.filename,
  purpose: file.purpose,
  status: 'processed',
  status_details: null,
});

/** The batch object on the wire: what is not set is null, not absent. */
export const batchObject = (batch: BatchRecord): Record<string, unknown> => {
  const at = (status: Exclude<BatchStatus, 'validating'>): number | null => {
    const time = batch.times[status];
    return time === undefined ? null : seconds(time);
  };
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    model: batch.model,
    errors: batch.status === 'failed' && batch.errors !== null ? { object: 'list', data: batch.errors } : null,
    input_file_id: batch.inputFileId,
    completion_window: '24h',
    status: batch.status,
    output_file_id: batch.outputFileId,
    error_file_id: batch.errorFileId,
    created_at: seconds(batch.createdMs),
    in_progress_at: at('in_progress'),
    expires_at: seconds(batch.expiresMs),
    finalizing_at: at('finalizing'),
    completed_at: at('completed'),
    failed_at: at('failed'),
    expired_at: at('expired'),
    cancelling_at: at('cancelling'),
    cancelled_at: at('cancelled'),
    request_counts: countsOf(batch),
    usage: usageOf(batch),
    metadata: batch.metadata,
  };
};

const countsOf = ({ counts, faults: { countsLie } }: BatchRecord): Record<string, number> =>
  // At the beginning they are always {0, 0, 0}.
  counts.total === 0
    ? { ...counts }
    : {
        total: counts.total + countsLie.total,
        completed: counts.completed + countsLie.completed,
        failed: counts.failed + countsLie.failed,
      };

const usageOf = ({ usage }: BatchRecord): Record<string, unknown> | null =>
  usage === null
    ? null
    : {
        input_tokens: usage.inputTokens,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: usage.outputTokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: usage.inputTokens + usage.outputTokens,
      };

const seconds = (ms: number): number => Math.floor(ms / 1000);
