import type { BatchError } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import type { ProviderBatch } from '../batch-provider.ts';
import { wireBatch } from '../testing/scripted-server.ts';
import { classifyBatchFailure } from './classify-batch-failure.ts';
import { readBatch } from './read-batch.ts';

const failed = (...errors: Partial<BatchError>[]): ProviderBatch => {
  const data = errors.map((error) => ({ code: 'x', message: '', line: null, param: null, ...error }));
  const batch = readBatch(wireBatch({ status: 'failed', errors: { object: 'list', data } }));
  if (batch === null) throw new Error('no batch');
  return batch;
};

test('a full token pool is no fault of the rows, and its message tells the limit', () => {
  const message =
    'Enqueued token limit reached for gpt-4o-mini in organization org-x. Limit: 2,000,000 enqueued tokens. Please try again once some in_progress batches have been completed.';
  const failure = classifyBatchFailure(failed({ code: 'token_limit_exceeded', message }));
  expect(failure).toEqual({ failure: 'pool-full', badLines: [], limitTokens: 2_000_000 });
});

test('bad lines are named once each, in order', () => {
  const failure = classifyBatchFailure(
    failed(
      { code: 'invalid_json_line', line: 12 },
      { code: 'missing_required_parameter', line: 3, param: 'custom_id' },
      { code: 'missing_required_parameter', line: 3, param: 'url' },
    ),
  );
  expect(failure).toEqual({ failure: 'bad-lines', badLines: [3, 12] });
});

test('a missing input file is the fence at work', () => {
  const message = 'Cannot find file file-1, or organization org-x does not have access to it.';
  const failure = classifyBatchFailure(failed({ code: 'invalid_request', param: 'file_id', message }));
  expect(failure).toEqual({ failure: 'fenced', badLines: [] });
});

test.each([
  [failed()],
  [failed({ code: 'too_many_tasks' })],
  [failed({ code: 'empty_file', message: 'The input file is empty.' })],
])('anything else is other', (batch) => {
  expect(classifyBatchFailure(batch)).toEqual({ failure: 'other', badLines: [] });
});
