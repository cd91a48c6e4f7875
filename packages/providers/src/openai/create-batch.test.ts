import { createServer } from 'node:net';
import { once } from 'node:events';
import * as tls from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateBatchResult } from '../batch-provider.ts';
import { openScriptedServer, sendJson, testCertificate, wireBatch, wireError } from '../testing/scripted-server.ts';
import type { Script } from '../testing/scripted-server.ts';
import { createOpenAiProvider } from './openai-provider.ts';

const KEY = 'sk-test-1234567890abcdef';

const create = (baseUrl: string, signal?: AbortSignal): Promise<CreateBatchResult> =>
  createOpenAiProvider({ name: 'openai', apiKey: KEY, baseUrl, timeouts: { createMs: 250 } }).createBatch({
    fileId: 'file-1',
    endpoint: '/v1/chat/completions',
    metadata: { batchmill: 'd-1' },
    signal,
  });

const verdict = (result: CreateBatchResult): string =>
  result.kind === 'refused' ? `refused: ${result.refusal.kind}` : result.kind;

const html =
  (status: number): Script =>
  ({ response }) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end('<html>busy</html>');
  };
const json =
  (status: number, code: string | null, message: string): Script =>
  ({ response }) =>
    sendJson(response, status, wireError(code, message));
const raw =
  (send: (response: ServerResponse, whole: string) => void): Script =>
  ({ response }) =>
    send(response, JSON.stringify(wireBatch()));

const POOL = 'Enqueued token limit reached for gpt-4o-mini in organization org-x. Limit: 2,000,000 enqueued tokens.';

const ANSWERS: [shape: string, script: Script, expected: string][] = [
  ['200 with the batch', ({ response }) => sendJson(response, 200, wireBatch()), 'accepted'],
  ['201 with the batch', ({ response }) => sendJson(response, 201, wireBatch()), 'accepted'],
  ['400 with JSON', json(400, 'invalid_value', "Invalid value: '/v1/x'."), 'refused: bad-input'],
  ['400 no room for tokens', json(400, 'token_limit_exceeded', POOL), 'refused: pool-full'],
  ['400 billing limit', json(400, 'billing_hard_limit_reached', 'Billing hard limit'), 'refused: no-credit'],
  ['400 without JSON', html(400), 'ambiguous'],
  ['401 with JSON', json(401, 'invalid_api_key', 'Incorrect API key provided'), 'refused: unauthorized'],
  ['403 with JSON', json(403, null, 'Country not supported'), 'refused: unauthorized'],
  ['403 from a proxy', html(403), 'ambiguous'],
  ['404 of the file', json(404, null, 'No such File object: file-1'), 'refused: fenced'],
  ['404 of the address', json(404, null, 'Invalid URL (POST /v1/v1/batches)'), 'refused: other'],
  ['408 with JSON', json(408, null, 'Timeout'), 'ambiguous'],
  ['409 with JSON', json(409, null, 'Conflict'), 'ambiguous'],
  ['413 with JSON', json(413, null, 'File is too large.'), 'refused: bad-input'],
  ['422 with JSON', json(422, null, 'Unprocessable'), 'refused: bad-input'],
  ['429 with JSON', json(429, 'rate_limit_exceeded', 'Slow down'), 'refused: rate-limited'],
  ['429 without quota', json(429, 'insufficient_quota', 'You exceeded your current quota'), 'refused: no-credit'],
  ['429 no room for tokens', json(429, null, POOL), 'refused: pool-full'],
  ['429 from a proxy', html(429), 'ambiguous'],
  ['418 with JSON', json(418, null, 'teapot'), 'ambiguous'],
  ['500 with JSON', json(500, 'server_error', 'Sorry'), 'ambiguous'],
  ['502 with HTML', html(502), 'ambiguous'],
  ['503 with JSON', json(503, 'server_is_overloaded', 'Busy'), 'ambiguous'],
  ['a redirect', ({ response }) => response.writeHead(307, { location: '/v1/batches' }).end(), 'ambiguous'],
  ['204 without a word', ({ response }) => response.writeHead(204).end(), 'ambiguous'],
  ['200 with an empty body', raw((response) => response.end()), 'ambiguous'],
  ['200 that is no JSON', raw((response) => response.end('ok')), 'ambiguous'],
  ['200 without an id', ({ response }) => sendJson(response, 200, { status: 'validating' }), 'ambiguous'],
  ['200 for another file', ({ response }) => sendJson(response, 200, wireBatch({ input_file_id: 'x' })), 'ambiguous'],
  [
    '200 cut within its length',
    raw((response, whole) => {
      response.writeHead(200, { 'content-length': whole.length });
      response.write(whole.slice(0, 20), () => response.socket?.destroy());
    }),
    'ambiguous',
  ],
  [
    '200 cut within a chunk',
    raw((response, whole) => response.write(whole.slice(0, 20), () => response.socket?.destroy())),
    'ambiguous',
  ],
  ['200 that stops half way', raw((response, whole) => response.write(whole.slice(0, 20))), 'ambiguous'],
  ['a lost reply', ({ request }) => request.socket.destroy(), 'ambiguous'],
  ['a reset in place of the reply', ({ request }) => request.socket.resetAndDestroy(), 'ambiguous'],
  ['silence', () => undefined, 'ambiguous'],
];

describe('R2 createBatch sends exactly one POST', () => {
  test.each(ANSWERS)('%s', async (_shape, script, expected) => {
    await using server = await openScriptedServer(script);
    const result = await create(server.url);
    expect(verdict(result)).toBe(expected);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/batches']);
    expect(server.connections()).toBe(1);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      input_file_id: 'file-1',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { batchmill: 'd-1' },
    });
  });

  test('a reset while the request is on its way is ambiguous', async () => {
    await using server = await openScriptedServer(({ request }) => request.socket.resetAndDestroy(), {
      readBody: false,
    });
    expect(verdict(await create(server.url))).toBe('ambiguous');
    expect(server.connections()).toBe(1);
  });

  test('a connection taken and closed at once is ambiguous', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(verdict(await create(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`))).toBe('ambiguous');
    expect(connections).toBe(1);
    await once(server.close(), 'close');
  });

  test('each create has a connection of its own', async () => {
    await using server = await openScriptedServer(({ response }) => sendJson(response, 200, wireBatch()));
    await create(server.url);
    await create(server.url);
    expect(server.connections()).toBe(2);
  });

  test('an abort while waiting is ambiguous', async () => {
    const abort = new AbortController();
    await using server = await openScriptedServer(() => abort.abort());
    expect(verdict(await create(server.url, abort.signal))).toBe('ambiguous');
    expect(server.requests).toHaveLength(1);
  });
});

describe('R2 createBatch that never left is refused for certain', () => {
  test('an abort beforehand', async () => {
    await using server = await openScriptedServer(({ response }) => sendJson(response, 200, wireBatch()));
    expect(verdict(await create(server.url, AbortSignal.abort()))).toBe('refused: not-reached');
    expect(server.requests).toHaveLength(0);
  });

  test('no such host', async () => {
    expect(verdict(await create('http://no-such-host.invalid/v1'))).toBe('refused: not-reached');
  });

  test('nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await once(server.close(), 'close');
    const result = await create(`http://127.0.0.1:${port}/v1`);
    expect(result).toMatchObject({ kind: 'refused', refusal: { kind: 'not-reached', code: 'ECONNREFUSED' } });
  });

  test('TLS to a server that speaks none', async () => {
    await using server = await openScriptedServer(({ response }) => response.end());
    expect(verdict(await create(server.url.replace('http:', 'https:')))).toBe('refused: not-reached');
    expect(server.requests).toHaveLength(0);
  });

  test('a certificate nobody vouches for', async () => {
    await using server = await openScriptedServer(({ response }) => response.end(), { tls: true });
    expect(verdict(await create(server.url))).toBe('refused: not-reached');
    expect(server.requests).toHaveLength(0);
  });
});

describe('over TLS', () => {
  const usual = tls.getCACertificates('default');
  beforeAll(() => tls.setDefaultCACertificates([testCertificate]));
  afterAll(() => tls.setDefaultCACertificates(usual));

  test('a lost reply is ambiguous', async () => {
    await using server = await openScriptedServer(({ request }) => request.socket.destroy(), { tls: true });
    expect(verdict(await create(server.url))).toBe('ambiguous');
    expect(server.requests).toHaveLength(1);
  });

  test('the batch is accepted', async () => {
    await using server = await openScriptedServer(({ response }) => sendJson(response, 200, wireBatch()), {
      tls: true,
    });
    expect(verdict(await create(server.url))).toBe('accepted');
  });
});

test('a refusal carries when to come back, and never the key', async () => {
  await using server = await openScriptedServer(({ response }) =>
    sendJson(response, 429, wireError('slow_down', `Too fast for ${KEY} (Bearer ${KEY})`), { 'retry-after': '7' }),
  );
  const result = await create(server.url);
  expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'slow_down', retryAfterMs: 7000 } });
  expect(JSON.stringify(result)).not.toContain(KEY);
});
