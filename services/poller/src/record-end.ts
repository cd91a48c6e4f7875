import type { BatchError, Body, EndedRecord, SubmissionRef } from '@batchmill/contracts';
import { Bitmap, keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { classifyBatchFailure } from '@batchmill/providers';
import type { ProviderBatch } from '@batchmill/providers';

// the record stays small, whatever the provider says
const ERRORS_KEPT = 100;
const MAX_CHARACTERS = 500;

/** Records what became of a batch; write-once, so that twice is harmless. */
export const recordEnd = async (ledger: Ledger, ref: SubmissionRef, batch: ProviderBatch): Promise<void> => {
  await ledger.write(keys.ended(ref), endOf(batch));
};

/** A batch the provider has forgotten: its rows are accounted as missing. */
export const recordVanished = async (ledger: Ledger, ref: SubmissionRef, batchId: string): Promise<void> => {
  await ledger.write(keys.ended(ref), {
    batchId,
    state: 'completed',
    failure: null,
    outputFileId: null,
    errorFileId: null,
    errors: [{ code: 'batch_not_found', message: 'the provider no longer knows this batch', line: null, param: null }],
    createdAt: null,
    endedAt: null,
  });
};

const endOf = (batch: ProviderBatch): Body<EndedRecord> => {
  const state = batch.state === 'open' ? 'failed' : batch.state;
  const failure = state === 'failed' ? classifyBatchFailure(batch) : null;
  const badLines = new Bitmap();
  for (const line of failure?.badLines ?? []) badLines.add(line - 1);
  return {
    batchId: batch.id,
    state,
    failure: failure?.failure ?? null,
    ...(failure?.limitTokens === undefined ? {} : { limitTokens: failure.limitTokens }),
    outputFileId: batch.outputFileId,
    errorFileId: batch.errorFileId,
    errors: batch.errors.slice(0, ERRORS_KEPT).map(shortened),
    ...(badLines.size === 0 ? {} : { badLines: badLines.encode() }),
    createdAt: batch.createdAtMs,
    endedAt: batch.endedAtMs,
  };
};

const shortened = ({ code, message, line, param }: BatchError): BatchError => ({
  code: code.slice(0, MAX_CHARACTERS),
  message: message.slice(0, MAX_CHARACTERS),
  line,
  param: param?.slice(0, MAX_CHARACTERS) ?? null,
});
