import { linkSync, mkdirSync } from 'node:fs';
import { ApiError, apiProblem } from '../http/api-error.ts';
import { BATCH_ERRORS, HTTP_ERRORS } from '../observed-errors.ts';
import { isFinal } from '../state/records.ts';
import type { BatchError, BatchRecord, FileRecord } from '../state/records.ts';
import { newBatchId } from '../state/store.ts';
import { inputPathOf, startBatchLife } from './batch-life.ts';
import type { BatchLife } from './batch-life.ts';
import type { CreateBatch } from './create-batch-rules.ts';
import type { LifeParts } from './life-parts.ts';

const HOUR_MS = 3_600_000;

/** Takes batches in, leads them to their end, and stops them. */
export type BatchDesk = {
  /** Safe on disk when it resolves. */
  create(request: CreateBatch): Promise<BatchRecord>;
  cancel(id: string): Promise<BatchRecord>;
  /** The record with the counts of this moment. */
  current(batch: BatchRecord): BatchRecord;
  /** Goes on with every batch that has not ended. */
  resume(): void;
  close(): Promise<void>;
};

export const createBatchDesk = (parts: LifeParts & { seed: number; realNow: () => number }): BatchDesk => {
  const { store, clock, limits } = parts;
  const closing = new AbortController();
  const lives = new Map<string, BatchLife>();

  const start = (id: string): void => {
    const life = startBatchLife(parts, id, closing.signal);
    lives.set(id, life);
    void life.ended.then(
      () => lives.delete(id),
      (error: unknown) => {
        // A defect must not look like a batch that takes its time: let the process end.
        if (!closing.signal.aborted) throw error;
      },
    );
  };

  const refuseTooMany = (): void => {
    const since = clock.nowMs() - HOUR_MS;
    let recent = 0;
    for (const batch of store.batches.values()) if (batch.createdMs > since) recent += 1;
    if (recent < limits.batchCreatesPerHour) return;
    const message = HTTP_ERRORS.tooManyBatches.message(limits.batchCreatesPerHour);
    throw new ApiError(apiProblem(HTTP_ERRORS.tooManyBatches, message), { 'retry-after': '60' });
  };

  return {
    create: async (request) => {
      refuseTooMany();
      const file = usableFile(parts, request.inputFileId);
      const batch = newBatch(parts, request, file);
      // From here on the batch has the content under a name of its own: deleting the file does not touch it any more.
      if (batch.hasInput) {
        mkdirSync(store.workPath(batch.id), { recursive: true });
        linkSync(store.filePath(batch.inputFileId), inputPathOf(store.workPath(batch.id)));
      }
      const onDisk = store.putBatch(batch);
      start(batch.id);
      await onDisk;
      return batch;
    },
    cancel: async (id) => {
      const batch = store.batches.get(id);
      if (batch === undefined)
        throw new ApiError(apiProblem(HTTP_ERRORS.noSuchBatch, HTTP_ERRORS.noSuchBatch.message(id)));
      if (batch.status === 'cancelling' || batch.status === 'cancelled') return batch;
      if (isFinal(batch.status)) {
        throw new ApiError(apiProblem(HTTP_ERRORS.cannotCancel, HTTP_ERRORS.cannotCancel.message(batch.status)));
      }
      const life = lives.get(id);
      const cancelled: BatchRecord = {
        ...batch,
        status: 'cancelling',
        times: { ...batch.times, cancelling: Math.round(clock.nowMs()) },
        stoppedAt: life?.runner()?.progress.run ?? 0,
      };
      const onDisk = store.putBatch(cancelled);
      life?.interrupt();
      await onDisk;
      return cancelled;
    },
    current: (batch) => {
      const progress = lives.get(batch.id)?.runner()?.progress;
      if (progress === undefined || isFinal(batch.status)) return batch;
      return { ...batch, counts: { ...batch.counts, completed: progress.completed, failed: progress.failed } };
    },
    resume: () => {
      for (const batch of store.batches.values()) if (!isFinal(batch.status)) start(batch.id);
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled([...lives.values()].map((life) => life.ended));
    },
  };
};

const usableFile = ({ store, clock }: LifeParts, id: string): FileRecord | null => {
  const file = store.files.get(id);
  return file === undefined || (file.expiresMs !== null && file.expiresMs <= clock.nowMs()) ? null : file;
};

const newBatch = (
  parts: LifeParts & { seed: number; realNow: () => number },
  request: CreateBatch,
  file: FileRecord | null,
): BatchRecord => {
  const { store, clock, faults, limits } = parts;
  const createdMs = Math.round(clock.nowMs());
  const errors =
    file === null
      ? [inputError('noInputFile', request.inputFileId)]
      : file.purpose === 'batch'
        ? null
        : [inputError('wrongPurpose', file.id)];
  const { rows, countsLie, emptyErrorFileId } = faults.current();
  return {
    id: newBatchId(),
    seq: store.nextBatchSeq(),
    seed: parts.seed,
    endpoint: request.endpoint,
    inputFileId: request.inputFileId,
    hasInput: errors === null,
    inputBytes: file?.bytes ?? 0,
    status: 'validating',
    outputFileId: null,
    errorFileId: null,
    errors,
    createdMs,
    createdRealMs: parts.realNow(),
    expiresMs: createdMs + limits.completionWindowMs,
    times: {},
    counts: { total: 0, completed: 0, failed: 0 },
    metadata: request.metadata,
    model: null,
    usage: null,
    enqueuedTokens: 0,
    outputLifetimeMs:
      request.outputExpiresSeconds === null ? limits.fileLifetimeMs : request.outputExpiresSeconds * 1000,
    stoppedAt: null,
    fate: errors === null ? faults.takeBatchFault() : null,
    faults: { rows, countsLie, emptyErrorFileId },
  };
};

const inputError = (kind: 'noInputFile' | 'wrongPurpose', fileId: string): BatchError => ({
  code: BATCH_ERRORS[kind].code,
  message: BATCH_ERRORS[kind].message(fileId),
  line: null,
  param: 'file_id',
});
