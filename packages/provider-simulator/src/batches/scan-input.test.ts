import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../options.ts';
import { request, requests, simulatorInTest } from '../simulator-in-test.ts';
import type { SimulatorInTest } from '../simulator-in-test.ts';

describe('what makes a batch fail in validation', () => {
  let simulator: SimulatorInTest;
  beforeAll(async () => (simulator = await simulatorInTest()));
  afterAll(() => simulator[Symbol.asyncDispose]());

  const without = (name: string): object =>
    Object.fromEntries(Object.entries(request('x')).filter(([member]) => member !== name));
  const withBody = (change: object): object => ({ ...request('x'), body: { ...request('x').body, ...change } });

  it.each([
    ['a line that is not JSON', '{oops', 'invalid_json_line', null, 'This line is not parseable as valid JSON.'],
    ['an empty line', '', 'invalid_json_line', null, 'This line is not parseable as valid JSON.'],
    ['a line that is no object', '[1]', 'invalid_request', null, 'Each line must be a JSON dictionary object.'],
    [
      'no custom_id',
      without('custom_id'),
      'missing_required_parameter',
      'custom_id',
      "Missing required parameter: 'custom_id'.",
    ],
    ['no method', without('method'), 'missing_required_parameter', 'method', "Missing required parameter: 'method'."],
    ['no url', without('url'), 'missing_required_parameter', 'url', "Missing required parameter: 'url'."],
    ['no body', without('body'), 'missing_required_parameter', 'body', "Missing required parameter: 'body'."],
    ['another method', { ...request('x'), method: 'GET' }, 'invalid_method', 'method', /GET/],
    [
      'another url',
      { ...request('x'), url: '/v1/embeddings' },
      'invalid_url',
      'url',
      'The URL provided for this request does not match the batch endpoint.',
    ],
    [
      'streaming',
      withBody({ stream: true }),
      'streaming_unsupported',
      'body.stream',
      'Chat Completions: Streaming is not supported in the Batch API.',
    ],
    [
      'an unknown model',
      withBody({ model: 'unknown-1' }),
      'model_not_found',
      'body.model',
      "The provided model 'unknown-1' is not supported by the Batch API.",
    ],
    ['no model', withBody({ model: undefined }), 'invalid_request', 'body.model', 'Model parameter is required.'],
    [
      'no messages',
      withBody({ messages: undefined }),
      'invalid_request',
      'body.messages',
      'Messages parameter is required.',
    ],
    [
      'a second model',
      withBody({ model: 'gpt-4o' }),
      'mismatched_model',
      'body.model',
      /The model 'gpt-4o' for this request does not match/,
    ],
    [
      'a custom_id used before',
      request('row-0'),
      'duplicate_custom_id',
      'custom_id',
      /The custom_id 'row-0' for this request is a duplicate/,
    ],
  ])('%s, with the number of the line', async (_name, line, code, param, message) => {
    const batch = await simulator.runBatch([...requests(2), line, request('last')]);
    expect(batch).toMatchObject({ status: 'failed', request_counts: { total: 0, completed: 0, failed: 0 } });
    expect(batch.errors).toEqual({
      object: 'list',
      data: [{ code, line: 3, param, message: message instanceof RegExp ? expect.stringMatching(message) : message }],
    });
    expect(batch.failed_at).toEqual(expect.any(Number));
  });

  it('every bad line is reported, and nothing of the batch is run or paid', async () => {
    const before = await simulator.meter();
    const batch = await simulator.runBatch([request('a'), '{', request('b'), { ...request('c'), url: '/x' }, '[]']);
    expect(batch.errors?.data.map(({ line, code }) => [line, code])).toEqual([
      [2, 'invalid_json_line'],
      [4, 'invalid_url'],
      [5, 'invalid_request'],
    ]);
    expect(batch).toMatchObject({ output_file_id: null, error_file_id: null });
    expect((await simulator.meter()).rows_paid).toBe(before.rows_paid);
  });

  it('an input file that nobody knows', async () => {
    const batch = await simulator.toEnd((await simulator.create('file-unknown')).id);
    expect(batch.errors?.data).toEqual([
      {
        code: 'invalid_request',
        line: null,
        param: 'file_id',
        message: expect.stringMatching(/^Cannot find file file-unknown, or organization/),
      },
    ]);
  });

  it('an input file deleted before the creation, unpaid', async () => {
    const before = await simulator.meter();
    const fileId = await simulator.upload(requests(3));
    await simulator.send(`/v1/files/${fileId}`, { method: 'DELETE' });
    const created = await simulator.create(fileId);
    expect(created.status).toBe('validating');
    const batch = await simulator.toEnd(created.id);
    expect(batch.errors?.data[0]).toMatchObject({ code: 'invalid_request', param: 'file_id' });
    expect((await simulator.meter()).rows_paid).toBe(before.rows_paid);
  });

  it('not an input file deleted after the creation', async () => {
    const fileId = await simulator.upload(requests(3));
    const { id } = await simulator.create(fileId);
    await simulator.send(`/v1/files/${fileId}`, { method: 'DELETE' });
    expect(await simulator.toEnd(id)).toMatchObject({ status: 'completed', request_counts: { completed: 3 } });
  });

  it('an input file of another purpose', async () => {
    const { body } = await simulator.sendFile(JSON.stringify(request('a')), { purpose: 'user_data' });
    expect((await simulator.toEnd((await simulator.create(body.id)).id)).status).toBe('failed');
  });

  it('one request more than the most, but not the most', async () => {
    expect(DEFAULT_LIMITS.requestsPerBatch).toBe(50_000);
    await using small = await simulatorInTest({ limits: { requestsPerBatch: 100 } });
    expect(await small.runBatch(requests(100))).toMatchObject({
      status: 'completed',
      request_counts: { completed: 100 },
    });
    const tooMany = await small.runBatch(requests(101));
    expect(tooMany.errors?.data).toEqual([expect.objectContaining({ code: 'too_many_requests', line: null })]);
  });
});

describe('the pool of enqueued tokens', () => {
  it('fails a batch that does not fit, states the limit, and has room again when others have ended', async () => {
    await using simulator = await simulatorInTest({ limits: { enqueuedTokensPerModel: { 'gpt-4o-mini': 1_500 } } });
    const words = (id: string) => request(id, 'word '.repeat(800));
    const first = await simulator.create(await simulator.upload([words('a')]));
    await simulator.advance(10_000);
    await simulator.until(first.id, ({ status }) => status === 'in_progress');
    const fileId = await simulator.upload([words('b')]);
    const second = await simulator.create(fileId);
    await simulator.advance(10_000);
    const failed = await simulator.until(second.id, ({ status }) => status === 'failed');
    expect(failed.errors?.data).toEqual([
      {
        code: 'token_limit_exceeded',
        line: null,
        param: null,
        message: expect.stringMatching(
          /^Enqueued token limit reached for gpt-4o-mini in organization .*\. Limit: 1,500 enqueued tokens\./,
        ),
      },
    ]);
    await simulator.toEnd(first.id);
    expect((await simulator.toEnd((await simulator.create(fileId)).id)).status).toBe('completed');
    const other = request('c', 'word '.repeat(8_000), { model: 'gpt-4o' });
    expect((await simulator.runBatch([other])).status).toBe('completed');
  });
});
