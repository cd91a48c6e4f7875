import { describe, expect, test } from 'vitest';
import { readResultLine } from './read-result-line.ts';

const CHAT = '/v1/chat/completions';
const wireUsage = {
  prompt_tokens: 12,
  completion_tokens: 34,
  total_tokens: 46,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 20 },
};
const usage = { inputTokens: 12, cachedInputTokens: 8, outputTokens: 34, reasoningTokens: 20 };

const line = (response: unknown, error: unknown = null): object => ({
  id: 'batch_req_1',
  custom_id: 'row-1',
  response,
  error,
});
const success = (body: unknown): object => line({ status_code: 200, request_id: 'r', body });
const chat = (message: object, finish_reason: string): object =>
  success({ object: 'chat.completion', choices: [{ index: 0, message, finish_reason }], usage: wireUsage });
const failure = (status_code: number, code: string | null, message = 'No'): object =>
  line({ status_code, request_id: 'r', body: { error: { message, type: 'some_type', param: null, code } } });

describe('a chat completion', () => {
  test('is an answer with its tokens, from text or parsed', () => {
    const wire = chat({ role: 'assistant', content: 'Hello', refusal: null }, 'stop');
    const expected = { customId: 'row-1', kind: 'answer', text: 'Hello', finishReason: 'stop', usage };
    expect(readResultLine(wire, CHAT)).toEqual(expected);
    expect(readResultLine(JSON.stringify(wire), CHAT)).toEqual(expected);
  });

  test('with a whole JSON answer in `refusal` stays refused, and the text is kept', () => {
    const wire = chat({ role: 'assistant', content: null, refusal: '{"text":"fine"}' }, 'stop');
    expect(readResultLine(wire, CHAT)).toEqual({
      customId: 'row-1',
      kind: 'refused',
      message: '{"text":"fine"}',
      usage,
    });
  });

  test('stopped by the content filter is refused', () => {
    const wire = chat({ content: '' }, 'content_filter');
    expect(readResultLine(wire, CHAT)).toMatchObject({ kind: 'refused', message: expect.stringContaining('filter') });
  });

  test.each(['Half an ans', ''])('that ran out of tokens is truncated: "%s"', (content) => {
    expect(readResultLine(chat({ content }, 'length'), CHAT)).toMatchObject({
      kind: 'truncated',
      text: content,
      usage,
    });
  });

  test('may come as parts', () => {
    const wire = chat(
      {
        content: [
          { type: 'text', text: 'Hel' },
          { type: 'text', text: 'lo' },
        ],
      },
      'stop',
    );
    expect(readResultLine(wire, CHAT)).toMatchObject({ kind: 'answer', text: 'Hello' });
  });

  test.each([
    ['empty-choices', success({ choices: [], usage: wireUsage })],
    ['empty-choices', success({ usage: wireUsage })],
    ['empty-answer', chat({ content: null, refusal: null }, 'stop')],
    ['empty-answer', chat({ content: '' }, 'tool_calls')],
  ])('without an answer is invalid, and its tokens count: %s', (code, wire) => {
    expect(readResultLine(wire, CHAT)).toMatchObject({
      kind: 'error',
      outcome: 'invalid',
      code,
      retryable: true,
      usage,
    });
  });
});

describe('a request that failed', () => {
  test.each([
    [400, 'context_length_exceeded', false],
    [401, 'invalid_api_key', false],
    [403, null, false],
    [404, 'model_not_found', false],
    [422, null, false],
    [408, null, true],
    [409, null, true],
    [429, 'rate_limit_exceeded', true],
    [429, 'insufficient_quota', false],
    [500, 'server_error', true],
    [503, 'server_is_overloaded', true],
    [0, null, true],
  ])('with status %d %s: asked again %s', (status, code, retryable) => {
    expect(readResultLine(failure(status, code), CHAT)).toEqual({
      customId: 'row-1',
      kind: 'error',
      outcome: 'failed',
      code: code ?? 'some_type',
      message: 'No',
      retryable,
      status,
    });
  });

  test.each([
    ['batch_expired', 'expired', true],
    ['batch_cancelled', 'cancelled', false],
    ['request_timeout', 'failed', true],
    ['invalid_request', 'failed', false],
    ['insufficient_quota', 'failed', false],
    ['never_heard_of', 'failed', true],
  ])('outside HTTP with %s is %s', (code, outcome, retryable) => {
    const wire = line(null, { code, message: 'Why' });
    expect(readResultLine(wire, CHAT)).toEqual({
      customId: 'row-1',
      kind: 'error',
      outcome,
      code,
      message: 'Why',
      retryable,
    });
  });

  test.each([
    ['no-response', line(null)],
    ['no-body', line({ status_code: 200, request_id: 'r', body: null })],
    ['http-502', line({ status_code: 502, request_id: 'r', body: '<html>' })],
    ['http-0', line({ request_id: 'r' })],
  ])('in a shape of its own: %s', (code, wire) => {
    expect(readResultLine(wire, CHAT)).toMatchObject({ kind: 'error', outcome: 'failed', code, retryable: true });
  });
});

test.each(['', '{"custom_id":"a"', '[]', '7', 'null', '{}', '{"custom_id":""}', '{"custom_id":4}'])(
  'a line nobody can tell the request of is unparsable: %s',
  (text) => {
    expect(readResultLine(text, CHAT)).toMatchObject({ kind: 'unparsable' });
  },
);

describe('other endpoints', () => {
  const responses = (members: object): object =>
    success({ object: 'response', status: 'completed', error: null, incomplete_details: null, output: [], ...members });
  const message = (...content: object[]): object => ({ output: [{ type: 'reasoning' }, { type: 'message', content }] });

  test.each([
    ['answer', message({ type: 'output_text', text: 'Hi' }), { text: 'Hi' }],
    ['refused', message({ type: 'refusal', refusal: 'I will not' }), { message: 'I will not' }],
    [
      'truncated',
      {
        ...message({ type: 'output_text', text: 'H' }),
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
      },
      { text: 'H' },
    ],
    ['refused', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, {}],
    [
      'error',
      { status: 'failed', error: { code: 'server_error', message: 'Sorry' } },
      { outcome: 'failed', retryable: true },
    ],
    ['error', {}, { outcome: 'invalid', code: 'empty-answer' }],
  ])('responses: %s', (kind, members, expected) => {
    expect(readResultLine(responses(members), '/v1/responses')).toMatchObject({ kind, ...expected });
  });

  test('responses spell their tokens in another way', () => {
    const spelled = {
      input_tokens: 12,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens: 34,
      output_tokens_details: { reasoning_tokens: 20 },
    };
    const wire = responses({ ...message({ type: 'output_text', text: 'Hi' }), usage: spelled });
    expect(readResultLine(wire, '/v1/responses')).toMatchObject({ usage });
  });

  test.each([
    ['/v1/completions', { choices: [{ text: 'Hi', finish_reason: 'stop' }] }, 'Hi'],
    ['/v1/embeddings', { data: [{ embedding: [0.5, -1] }] }, '[0.5,-1]'],
    ['/v1/embeddings', { data: [{ embedding: [1] }, { embedding: [2] }] }, '[[1],[2]]'],
    ['/v1/moderations', { results: [{ flagged: false }] }, '[{"flagged":false}]'],
  ])('%s', (endpoint, body, text) => {
    expect(readResultLine(success(body), endpoint)).toMatchObject({ kind: 'answer', text });
  });
});
