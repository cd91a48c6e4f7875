import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { readResultLine } from '../answers/read-result-line.ts';
import type { ChatAnswer } from '../chat-provider.ts';
import { openScriptedServer, sendJson, wireError } from '../testing/scripted-server.ts';
import type { Script } from '../testing/scripted-server.ts';
import { createOpenAiProvider } from './openai-provider.ts';

const KEY = 'sk-test-1234567890abcdef';
const ENDPOINT = '/v1/chat/completions';
const BODY = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] };
const COMPLETION = {
  id: 'chatcmpl-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Good\nday' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

const send = (url: string, { timeoutMs = 2000, signal = new AbortController().signal } = {}): Promise<ChatAnswer> =>
  createOpenAiProvider({ name: 'openai', apiKey: KEY, baseUrl: url }).send({
    customId: 'row-1',
    endpoint: ENDPOINT,
    body: BODY,
    timeoutMs,
    signal,
  });

const answerTo = async (script: Script): Promise<{ answer: ChatAnswer; requests: number }> => {
  await using server = await openScriptedServer(script);
  const answer = await send(server.url, { timeoutMs: 250 });
  return { answer, requests: server.requests.length };
};

const status =
  (code: number, errorCode: string | null, message: string, headers = {}): Script =>
  ({ response }) =>
    sendJson(response, code, wireError(errorCode, message), headers);

test('an answer is the line that a batch would have given, and the request is what the ledger holds', async () => {
  await using server = await openScriptedServer(({ response }) => sendJson(response, 200, COMPLETION));
  const answer = await send(server.url);
  expect(answer.kind).toBe('answered');
  const { line } = answer as Extract<ChatAnswer, { kind: 'answered' }>;
  expect(line).not.toContain('\n');
  expect(readResultLine(line, ENDPOINT)).toMatchObject({
    customId: 'row-1',
    kind: 'answer',
    text: 'Good\nday',
    usage: { inputTokens: 3, outputTokens: 2 },
  });
  expect(server.requests).toMatchObject([{ method: 'POST', path: ENDPOINT, body: JSON.stringify(BODY) }]);
  expect(server.requests[0]?.headers).toMatchObject({
    authorization: `Bearer ${KEY}`,
    'x-client-request-id': 'row-1',
  });
});

test('what is left of the limits comes with the answer', async () => {
  const headers = {
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '499',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-limit-tokens': '30000',
    'x-ratelimit-remaining-tokens': '12',
    'x-ratelimit-reset-tokens': '1m30.5s',
  };
  const { answer } = await answerTo(({ response }) => sendJson(response, 200, COMPLETION, headers));
  expect(answer).toMatchObject({
    limits: {
      requests: { limit: 500, remaining: 499, resetMs: 120 },
      tokens: { limit: 30_000, remaining: 12, resetMs: 90_500 },
    },
  });
});

test.each([
  [400, 'invalid_request_error', 'Bad request.', 'failed'],
  [403, null, 'The input was flagged.', 'failed'],
  [404, 'model_not_found', 'No such model.', 'failed'],
  [413, null, 'Too large.', 'failed'],
  [401, 'invalid_api_key', 'Incorrect key.', 'blocked'],
  [402, null, 'Pay first.', 'blocked'],
  [429, 'insufficient_quota', 'You exceeded your current quota.', 'blocked'],
  [408, null, 'Too slow.', 'passing server-error'],
  [409, null, 'Conflict.', 'passing server-error'],
  [429, 'rate_limit_exceeded', 'Slow down.', 'passing rate-limited'],
  [500, 'server_error', 'Sorry.', 'passing server-error'],
  [503, 'server_is_overloaded', 'Overloaded.', 'passing server-error'],
])('status %i %s is one request, and %s', async (code, errorCode, message, expected) => {
  const { answer, requests } = await answerTo(status(code, errorCode, message));
  expect(`${answer.kind}${'reason' in answer ? ` ${answer.reason}` : ''}`).toBe(expected);
  expect(requests).toBe(1);
  if (answer.kind === 'blocked' || answer.kind === 'answered') return;
  expect(readResultLine(answer.line, ENDPOINT)).toMatchObject({
    customId: 'row-1',
    kind: 'error',
    outcome: 'failed',
    status: code,
    message,
    retryable: answer.kind === 'passing',
  });
});

test.each([
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after-ms': '250', 'retry-after': '3' }, 250],
  [{}, undefined],
])('a refusal says when to come again: %o', async (headers, expected) => {
  const { answer } = await answerTo(status(429, 'rate_limit_exceeded', 'Slow down.', headers));
  expect('retryAfterMs' in answer ? answer.retryAfterMs : undefined).toBe(expected);
});

test.each<[string, Script, string, string]>([
  ['no answer', () => undefined, 'timeout', 'request_timeout'],
  [
    'half an answer, then nothing',
    ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"id":');
    },
    'timeout',
    'request_timeout',
  ],
  ['a cut connection', ({ request }) => request.socket.destroy(), 'connection', 'UND_ERR_SOCKET'],
  [
    'an answer cut in the middle',
    ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"id":', () => response.socket?.destroy());
    },
    'connection',
    'UND_ERR_SOCKET',
  ],
  ['a success that is no JSON', ({ response }) => response.end('<html>hello</html>'), 'server-error', 'no-body'],
])('%s may be repeated, and is never an answer', async (_name, script, reason, code) => {
  const { answer, requests } = await answerTo(script);
  expect(answer).toMatchObject({ kind: 'passing', reason });
  expect(requests).toBe(1);
  const { line } = answer as Extract<ChatAnswer, { kind: 'passing' }>;
  expect(readResultLine(line, ENDPOINT)).toMatchObject({ kind: 'error', code, retryable: true });
});

test('a port where nobody listens may be repeated', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  expect(await send(`http://127.0.0.1:${port}/v1`)).toMatchObject({ kind: 'passing', reason: 'connection' });
});

test('an aborted signal ends it with its reason, before and while it waits', async () => {
  await using server = await openScriptedServer(() => undefined);
  const enough = new Error('enough');
  await expect(send(server.url, { signal: AbortSignal.abort(enough) })).rejects.toBe(enough);
  const controller = new AbortController();
  const waiting = send(server.url, { signal: controller.signal });
  await expect.poll(() => server.requests.length).toBe(1);
  controller.abort(enough);
  await expect(waiting).rejects.toBe(enough);
});

test('no line tells the key', async () => {
  const { answer } = await answerTo(status(400, null, `Who is ${KEY}?`));
  expect(JSON.stringify(answer)).not.toContain(KEY);
  expect(JSON.stringify(answer)).toContain('[hidden]');
});
