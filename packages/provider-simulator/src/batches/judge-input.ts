import { BATCH_ERRORS } from '../observed-errors.ts';
import { tokenPoolOf } from '../options.ts';
import type { BatchError, BatchRecord } from '../state/records.ts';
import { isFinal } from '../state/records.ts';
import type { LifeParts } from './life-parts.ts';
import type { ScannedInput } from './scan-input.ts';

/** Why a batch fails when it leaves `validating`; empty where it may run. */
export const judgeInput = (parts: LifeParts, batch: BatchRecord, input: ScannedInput): BatchError[] => {
  if (batch.errors !== null) return batch.errors;
  if (input.errors.length > 0) return input.errors;
  const model = input.model ?? '';
  const limit = tokenPoolOf(
    parts.faults.current().enqueuedTokensPerModel ?? parts.limits.enqueuedTokensPerModel,
    model,
  );
  if (enqueuedTokens(parts, batch, model) + input.promptTokens <= limit) return [];
  const { code, message } = BATCH_ERRORS.tokenPoolFull;
  return [{ code, message: message(model, limit), line: null, param: null }];
};

const enqueuedTokens = ({ store }: LifeParts, batch: BatchRecord, model: string): number => {
  let tokens = 0;
  for (const other of store.batches.values()) {
    if (other.id !== batch.id && other.model === model && !isFinal(other.status)) tokens += other.enqueuedTokens;
  }
  return tokens;
};
