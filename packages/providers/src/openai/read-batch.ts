import type { BatchError } from '@batchmill/contracts';
import type { ProviderBatch } from '../batch-provider.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json-shapes.ts';

/** The Batch object of the wire as we know it, or null where it is none. Members may be missing, null or empty. */
export const readBatch = (wire: unknown): ProviderBatch | null => {
  const id = textAt(wire, 'id');
  const status = textAt(wire, 'status')?.toLowerCase() ?? '';
  if (id === null || id === '' || status === '') return null;
  const state = stateOf(status);
  const errors = listAt(objectAt(wire, 'errors'), 'data').filter(isObject).map(readError);
  const counts = objectAt(wire, 'request_counts');
  return {
    id,
    inputFileId: textAt(wire, 'input_file_id') ?? '',
    state,
    providerStatus: status,
    outputFileId: textAt(wire, 'output_file_id') || null,
    // Seen as "" on clean batches (providers.md 1.3).
    errorFileId: textAt(wire, 'error_file_id') || null,
    errors,
    errorsTotal: errors.length,
    createdAtMs: milliseconds(wire, 'created_at'),
    endedAtMs: state === 'open' ? null : milliseconds(wire, `${state}_at`),
    metadata: readMetadata(objectAt(wire, 'metadata')),
    requestCounts: {
      total: numberAt(counts, 'total') ?? 0,
      completed: numberAt(counts, 'completed') ?? 0,
      failed: numberAt(counts, 'failed') ?? 0,
    },
  };
};

/** A status nobody has heard of is not final: looking again costs nothing, a wrong end would cost rows. */
const stateOf = (status: string): ProviderBatch['state'] => {
  if (status === 'completed' || status === 'failed' || status === 'expired' || status === 'cancelled') return status;
  return status === 'canceled' ? 'cancelled' : 'open';
};

const readError = (wire: Record<string, unknown>): BatchError => ({
  code: textAt(wire, 'code') ?? 'unknown',
  message: textAt(wire, 'message') ?? '',
  line: integerOrNull(numberAt(wire, 'line')),
  param: textAt(wire, 'param'),
});

const integerOrNull = (value: number | null): number | null => (Number.isInteger(value) ? value : null);

const milliseconds = (wire: unknown, name: string): number | null => {
  const seconds = numberAt(wire, name);
  if (seconds !== null) return Math.round(seconds * 1000);
  const parsed = Date.parse(textAt(wire, name) ?? '');
  return Number.isNaN(parsed) ? null : parsed;
};

const readMetadata = (wire: Record<string, unknown> | null): Record<string, string> =>
  Object.fromEntries(
    Object.entries(wire ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
