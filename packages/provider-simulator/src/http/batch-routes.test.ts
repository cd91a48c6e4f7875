import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, requests, simulatorInTest } from '../simulator-in-test.ts';
import type { ErrorBody, SimulatorInTest, WireBatch } from '../simulator-in-test.ts';

type Page = { data: WireBatch[]; has_more: boolean; first_id: string | null; last_id: string | null };

describe('creating a batch', () => {
  let simulator: SimulatorInTest;
  let fileId: string;
  beforeAll(async () => {
    simulator = await simulatorInTest();
    fileId = await simulator.upload(requests(1));
  });
  afterAll(() => simulator[Symbol.asyncDispose]());
  const create = (change: object) =>
    simulator.post<ErrorBody>('/v1/batches', {
      input_file_id: fileId,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      ...change,
    });

  it('answers with every member, null where nothing is set', async () => {
    const batch = await simulator.create(fileId, { metadata: { job: 'x' } });
    const created = Number(batch.created_at);
    expect(batch).toEqual({
      id: expect.stringMatching(/^batch_[0-9a-f]{32}$/),
      object: 'batch',
      endpoint: '/v1/chat/completions',
      model: null,
      errors: null,
      input_file_id: fileId,
      completion_window: '24h',
      status: 'validating',
      output_file_id: null,
      error_file_id: null,
      created_at: created,
      in_progress_at: null,
      expires_at: created + 86_400,
      finalizing_at: null,
      completed_at: null,
      failed_at: null,
      expired_at: null,
      cancelling_at: null,
      cancelled_at: null,
      request_counts: { total: 0, completed: 0, failed: 0 },
      usage: null,
      metadata: { job: 'x' },
    });
  });

  it.each([
    [
      'no input file',
      { input_file_id: undefined },
      'input_file_id',
      'missing_required_parameter',
      /^Missing required parameter: 'input_file_id'\.$/,
    ],
    ['no endpoint', { endpoint: undefined }, 'endpoint', 'missing_required_parameter', /'endpoint'/],
    ['no window', { completion_window: undefined }, 'completion_window', 'missing_required_parameter', /window/],
    [
      'an unknown endpoint',
      { endpoint: '/v1/x' },
      'endpoint',
      'invalid_value',
      /^Invalid value: '\/v1\/x'\. Supported values are: '\/v1\/responses'/,
    ],
    ['another window', { completion_window: '48h' }, 'completion_window', 'invalid_value', /'24h'/],
    [
      'a number as file',
      { input_file_id: 1 },
      'input_file_id',
      'invalid_type',
      /expected a string, but got an integer/,
    ],
    [
      'metadata that is no object',
      { metadata: 'x' },
      'metadata',
      'invalid_type',
      /expected an object, but got a string/,
    ],
    [
      'a metadata value that is no string',
      { metadata: { tags: ['a'] } },
      'metadata.tags',
      'invalid_type',
      /^Invalid type for 'metadata\.tags': expected a string, but got an array instead\.$/,
    ],
    [
      '17 pairs of metadata',
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, ''])) },
      'metadata',
      'object_above_max_properties',
      /17/,
    ],
    [
      'a metadata key of 65 characters',
      { metadata: { ['k'.repeat(65)]: '' } },
      'metadata',
      'string_above_max_length',
      /65/,
    ],
    [
      'a metadata value of 513 characters',
      { metadata: { k: 'v'.repeat(513) } },
      'metadata.k',
      'string_above_max_length',
      /513/,
    ],
    [
      'an expiry below an hour',
      { output_expires_after: { anchor: 'created_at', seconds: 3_599 } },
      'output_expires_after.seconds',
      'integer_below_min_value',
      /3600/,
    ],
    [
      'another anchor',
      { output_expires_after: { anchor: 'now', seconds: 3_600 } },
      'output_expires_after.anchor',
      'invalid_value',
      /created_at/,
    ],
    ['an unknown parameter', { colour: 'red' }, 'colour', 'unknown_parameter', /colour/],
  ])('refuses %s with 400 and names the parameter', async (_name, change, param, code, message) => {
    const { status, body } = await create(change);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ type: 'invalid_request_error', param, code });
    expect(body.error.message).toMatch(message);
  });

  it('takes metadata and expiry at their limits', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 16 }, (_, i) => [`${i}`.padEnd(64, 'k'), 'v'.repeat(512)]),
    );
    expect((await create({ metadata })).status).toBe(200);
    expect((await create({ output_expires_after: { anchor: 'created_at', seconds: 3_600 } })).status).toBe(200);
  });

  it('refuses a body that is not JSON', async () => {
    expect((await simulator.post('/v1/batches', '{')).status).toBe(400);
  });

  it('answers 404 for an unknown batch', async () => {
    for (const reply of [
      await simulator.get<ErrorBody>('/v1/batches/batch_x'),
      await simulator.post<ErrorBody>('/v1/batches/batch_x/cancel', {}),
    ]) {
      expect(reply.status).toBe(404);
      expect(reply.body.error.message).toMatch(/^No batch found/);
    }
  });
});

describe('authorization', () => {
  it('refuses a missing key and the key "invalid", and takes any other', async () => {
    await using simulator = await simulatorInTest();
    const withKey = async (authorization: string | undefined) => {
      const response = await fetch(`${simulator.url}/v1/batches`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      return { status: response.status, body: (await response.json()) as ErrorBody };
    };
    expect((await withKey(undefined)).status).toBe(401);
    const wrong = await withKey('Bearer invalid');
    expect(wrong.status).toBe(401);
    expect(wrong.body.error).toMatchObject({ code: 'invalid_api_key' });
    expect(wrong.body.error.message).toMatch(/^Incorrect API key provided: invalid/);
    expect((await withKey('Bearer anything')).status).toBe(200);
  });
});

describe('the list of batches', () => {
  it('is newest first, in pages, without gaps or repeats', async () => {
    await using simulator = await simulatorInTest();
    const fileId = await simulator.upload(requests(1));
    const ids: string[] = [];
    for (let index = 0; index < 23; index += 1) ids.unshift((await simulator.create(fileId)).id);
    const first = (await simulator.get<Page>('/v1/batches')).body;
    expect(first.data).toHaveLength(20);
    expect(first.has_more).toBe(true);
    expect(first.last_id).toBe(ids[19]);
    const second = (await simulator.get<Page>(`/v1/batches?after=${first.last_id}&limit=20`)).body;
    expect(second.has_more).toBe(false);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    expect((await simulator.get<Page>(`/v1/batches?after=${ids.at(-1)}`)).body).toMatchObject({
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });

  it.each([['0'], ['101'], ['many']])('refuses limit=%s', async (limit) => {
    await using simulator = await simulatorInTest();
    expect((await simulator.get(`/v1/batches?limit=${limit}`)).status).toBe(400);
  });
});

describe('the hourly limit of creations', () => {
  it('refuses one too many with 429 and lets go after an hour of virtual time', async () => {
    await using simulator = await simulatorInTest({ limits: { batchCreatesPerHour: 2 } });
    const body = {
      input_file_id: await simulator.upload([request('a')]),
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    };
    await simulator.post('/v1/batches', body);
    await simulator.post('/v1/batches', body);
    const refused = await simulator.post('/v1/batches', body);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    await simulator.advance(3_600_001);
    expect((await simulator.post('/v1/batches', body)).status).toBe(200);
  });
});
