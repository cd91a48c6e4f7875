import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, simulatorInTest } from '../simulator-in-test.ts';
import type { ErrorBody, SimulatorInTest, WireLine } from '../simulator-in-test.ts';

const { body } = request('x', 'Tell me about lighthouses');

describe('realtime chat', () => {
  let simulator: SimulatorInTest;
  beforeAll(async () => (simulator = await simulatorInTest()));
  afterAll(() => simulator[Symbol.asyncDispose]());
  const ask = <Reply = Record<string, unknown>>(sent: unknown) => simulator.post<Reply>('/v1/chat/completions', sent);

  it('answers as a batch does', async () => {
    const reply = await ask<{ choices: { message: { content: string } }[]; usage: Record<string, number> }>(body);
    expect(reply.body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      model: 'gpt-4o-mini',
      system_fingerprint: 'fp_simulated',
      choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', refusal: null } }],
    });
    const { usage } = reply.body;
    expect(usage.total_tokens).toBe((usage.prompt_tokens ?? 0) + (usage.completion_tokens ?? 0));
    const batch = await simulator.runBatch([{ ...request('x'), body }]);
    const [line] = (await simulator.lines(batch.output_file_id)) as [WireLine];
    expect(line.response?.body.choices[0]?.message.content).toBe(reply.body.choices[0]?.message.content);
  });

  it('tells what is left of the rate limits', async () => {
    const { headers } = await ask(body);
    expect(headers.get('x-ratelimit-limit-requests')).toBe('30000');
    expect(Number(headers.get('x-ratelimit-remaining-requests'))).toBeLessThan(30_000);
    expect(headers.get('x-ratelimit-reset-requests')).toMatch(/^\d+ms$/);
    expect(Number(headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(0);
    expect(headers.get('x-request-id')).toMatch(/^req_/);
  });

  it('refuses what cannot be answered, unpaid', async () => {
    const before = await simulator.meter();
    expect((await ask<ErrorBody>({ ...body, model: 'unknown-model' })).body.error.code).toBe('model_not_found');
    expect((await ask({ ...body, model: 'unknown-model' })).status).toBe(404);
    expect((await ask({ ...body, stream: true })).status).toBe(400);
    expect((await ask('{"model"')).status).toBe(400);
    expect((await ask({})).body).toMatchObject({ error: { code: 'missing_required_parameter', param: 'model' } });
    expect((await simulator.meter()).rows_paid).toBe(before.rows_paid);
  });

  it('does not know other paths', async () => {
    const reply = await simulator.post<ErrorBody>('/v1/nothing', {});
    expect(reply.status).toBe(404);
    expect(reply.body.error.message).toBe('Invalid URL (POST /v1/nothing)');
  });
});

describe('the rate limit', () => {
  it('refuses with 429 and says when to come again', async () => {
    let now = 1_700_000_000_000;
    await using simulator = await simulatorInTest({ limits: { chatRequestsPerMinute: 2 }, now: () => now });
    const ask = () => simulator.post('/v1/chat/completions', body);
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(refused.body).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
    now += 30_000;
    expect((await ask()).status).toBe(200);
  });
});

describe('models', () => {
  it('lists some and knows every name of a known family', async () => {
    await using simulator = await simulatorInTest();
    const { data } = (await simulator.get<{ data: { id: string }[] }>('/v1/models')).body;
    expect(data.map(({ id }) => id)).toContain('gpt-4o-mini');
    for (const model of ['gpt-4.1-2025-04-14', 'o3', 'o4-mini', 'ft:gpt-4o-mini:org::abc', 'gpt-99']) {
      expect((await simulator.get(`/v1/models/${model}`)).body).toMatchObject({ id: model, object: 'model' });
    }
    expect((await simulator.get('/v1/models/unknown')).status).toBe(404);
  });
});
