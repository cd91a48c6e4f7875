import { describe, expect, test } from 'vitest';
import type { BatchProvider, ProviderBatch } from '../batch-provider.ts';
import { openScriptedServer, sendJson, wireBatch, wireError } from '../testing/scripted-server.ts';
import type { Script } from '../testing/scripted-server.ts';
import { createOpenAiProvider } from './openai-provider.ts';

const KEY = 'sk-test-1234567890abcdef';
const providerAt = (baseUrl: string): BatchProvider => createOpenAiProvider({ name: 'openai', apiKey: KEY, baseUrl });
const answer =
  (status: number, value: unknown): Script =>
  ({ response }) =>
    sendJson(response, status, value);

const collect = async (batches: AsyncIterable<ProviderBatch>): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { id } of batches) ids.push(id);
  return ids;
};

/** A list of 250 batches, newest first: batch 0 was created at second 1000, batch n at 1000 - n. */
const longList: Script = ({ request, response }) => {
  const query = new URL(request.url ?? '', 'http://x').searchParams;
  const start = query.has('after') ? Number(query.get('after')?.slice(6)) + 1 : 0;
  const end = Math.min(start + Number(query.get('limit')), 250);
  const data = Array.from({ length: end - start }, (_, i) =>
    wireBatch({ id: `batch_${start + i}`, created_at: 1000 - start - i }),
  );
  sendJson(response, 200, { object: 'list', data, has_more: end < 250, first_id: null, last_id: null });
};

describe('listBatches', () => {
  test('reads every page in order', async () => {
    await using server = await openScriptedServer(longList);
    const ids = await collect(providerAt(server.url).listBatches());
    expect(ids).toEqual(Array.from({ length: 250 }, (_, i) => `batch_${i}`));
    expect(server.requests).toHaveLength(3);
  });

  test('fetches no page nobody asks for, and none older than asked for', async () => {
    await using server = await openScriptedServer(longList);
    for await (const batch of providerAt(server.url).listBatches()) if (batch.id === 'batch_3') break;
    expect(server.requests).toHaveLength(1);
    const ids = await collect(providerAt(server.url).listBatches({ createdAfterMs: 950_500 }));
    expect([ids.length, ids.at(-1)]).toEqual([51, 'batch_50']);
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    ['an answer without a list', { object: 'list', data: null, has_more: false }],
    ['a list with something else in it', { object: 'list', data: [wireBatch(), { id: 7 }], has_more: false }],
  ])('%s is never taken for an empty or shorter list', async (_shape, value) => {
    await using server = await openScriptedServer(answer(200, value));
    await expect(collect(providerAt(server.url).listBatches())).rejects.toMatchObject({ code: 'unreadable-answer' });
  });

  test('a list that gives the same page again and again is an error, not an endless loop', async () => {
    await using server = await openScriptedServer(answer(200, { data: [wireBatch()], has_more: true }));
    await expect(collect(providerAt(server.url).listBatches())).rejects.toMatchObject({ code: 'unreadable-answer' });
  });
});

test('getBatch reads explicit nulls, empty strings, times and errors', async () => {
  const errors = { object: 'list', data: [{ code: 'invalid_json_line', line: 3, message: 'Bad.', param: null }] };
  await using server = await openScriptedServer(
    answer(200, wireBatch({ status: 'failed', failed_at: 1_790_000_060, error_file_id: '', errors })),
  );
  expect(await providerAt(server.url).getBatch('batch_1')).toEqual({
    id: 'batch_1',
    inputFileId: 'file-1',
    state: 'failed',
    providerStatus: 'failed',
    outputFileId: null,
    errorFileId: null,
    errors: [{ code: 'invalid_json_line', line: 3, message: 'Bad.', param: null }],
    errorsTotal: 1,
    createdAtMs: 1_790_000_000_000,
    endedAtMs: 1_790_000_060_000,
    metadata: {},
    requestCounts: { total: 0, completed: 0, failed: 0 },
  });
});

test.each(['validating', 'in_progress', 'finalizing', 'cancelling', 'never_heard_of'])(
  'status %s is open',
  async (status) => {
    await using server = await openScriptedServer(answer(200, wireBatch({ status })));
    expect(await providerAt(server.url).getBatch('batch_1')).toMatchObject({ state: 'open', providerStatus: status });
  },
);

describe('cancelBatch sends one POST', () => {
  test.each([
    ['sent', 200, wireBatch({ status: 'cancelling' })],
    ['already-final', 200, wireBatch({ status: 'cancelled' })],
    ['already-final', 409, wireError(null, "Cannot cancel a batch with status 'completed'.")],
    ['not-found', 404, wireError(null, 'No batch found')],
  ])('%s for status %d', async (expected, status, value) => {
    await using server = await openScriptedServer(answer(status, value));
    expect(await providerAt(server.url).cancelBatch('batch_1')).toBe(expected);
    expect(server.requests).toHaveLength(1);
  });
});

describe('what is not there is an answer', () => {
  test.each([
    ['getBatch', null, (provider: BatchProvider) => provider.getBatch('x')],
    ['fileInfo', null, (provider: BatchProvider) => provider.fileInfo('x')],
    ['deleteFile', 'absent', (provider: BatchProvider) => provider.deleteFile('x')],
  ])('%s', async (_name, expected, call) => {
    await using server = await openScriptedServer(answer(404, wireError(null, 'No such thing')));
    expect(await call(providerAt(server.url))).toBe(expected);
  });
});

test('fileInfo gives the size, null where the provider gives none', async () => {
  await using server = await openScriptedServer(({ response, number }) =>
    sendJson(response, 200, number === 1 ? { id: 'f', bytes: 12 } : { id: 'f' }),
  );
  expect(await providerAt(server.url).fileInfo('f')).toEqual({ bytes: 12 });
  expect(await providerAt(server.url).fileInfo('f')).toEqual({ bytes: null });
});

test('deleteFile takes only a clear yes for the fence', async () => {
  await using server = await openScriptedServer(({ response, number }) =>
    sendJson(response, 200, { id: 'f', deleted: number === 1 }),
  );
  expect(await providerAt(server.url).deleteFile('f')).toBe('deleted');
  await expect(providerAt(server.url).deleteFile('f')).rejects.toMatchObject({ code: 'unreadable-answer' });
});

test('harmless calls are repeated by themselves', async () => {
  await using server = await openScriptedServer(({ response, number }) =>
    number === 1
      ? sendJson(response, 503, wireError(null, 'Busy'), { 'retry-after-ms': '1' })
      : sendJson(response, 200, wireBatch()),
  );
  expect(await providerAt(server.url).getBatch('batch_1')).toMatchObject({ id: 'batch_1' });
});

describe('check', () => {
  test('says yes where models can be listed', async () => {
    await using server = await openScriptedServer(answer(200, { object: 'list', data: [] }));
    expect(await providerAt(server.url).check()).toEqual({ ok: true });
    expect(server.requests[0]).toMatchObject({ path: '/v1/models', headers: { authorization: `Bearer ${KEY}` } });
  });

  test.each([
    [401, 'invalid_api_key', /Make a new one/],
    [429, 'insufficient_quota', /Add credit/],
    [404, null, /usually ends in \/v1/],
    [500, null, /can be reached/],
  ])('status %d has a remedy and never the key', async (status, code, remedy) => {
    await using server = await openScriptedServer(answer(status, wireError(code, `Not with ${KEY}`)));
    const result = await providerAt(server.url).check();
    expect(result).toMatchObject({ ok: false, remedy: expect.stringMatching(remedy) });
    expect(JSON.stringify(result)).not.toContain(KEY);
  });

  test('says where nobody could be reached', async () => {
    const result = await providerAt('http://no-such-host.invalid/v1').check();
    expect(result).toMatchObject({ ok: false, remedy: expect.stringContaining('http://no-such-host.invalid') });
  });
});

test('the account follows key and address and shows neither', () => {
  const account = (apiKey: string, baseUrl: string): string =>
    createOpenAiProvider({ name: 'x', apiKey, baseUrl }).account;
  const mine = account(KEY, 'https://a.example/v1');
  expect(mine).toMatch(/^[0-9a-f]{12}$/);
  expect(account(KEY, 'https://a.example/v1/')).toBe(mine);
  expect(account(KEY, 'https://b.example/v1')).not.toBe(mine);
  expect(account('sk-other-1234567890', 'https://a.example/v1')).not.toBe(mine);
});
