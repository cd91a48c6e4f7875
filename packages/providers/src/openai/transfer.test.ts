import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { BatchProvider } from '../batch-provider.ts';
import { ProviderError } from '../provider-error.ts';
import { openScriptedServer, sendJson, wireError } from '../testing/scripted-server.ts';
import { createOpenAiProvider } from './openai-provider.ts';

const KEY = 'sk-test-1234567890abcdef';
const MEBIBYTE = 1024 * 1024;
const providerAt = (baseUrl: string): BatchProvider =>
  createOpenAiProvider({ name: 'openai', apiKey: KEY, baseUrl, timeouts: { idleMs: 300, requestMs: 2000 } });

async function* bytesOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
};

describe('uploadFile', () => {
  test('sends one form of known length with purpose and file', async () => {
    await using server = await openScriptedServer(({ response }) =>
      sendJson(response, 200, { id: 'file-1', object: 'file', bytes: 10, purpose: 'batch' }),
    );
    const upload = { name: 'a b.jsonl', bytes: 10, body: () => bytesOf('{"a":', '"é"', '}') };
    expect(await providerAt(server.url).uploadFile(upload)).toEqual({ fileId: 'file-1', bytes: 10 });
    const [request] = server.requests;
    const form = await new Response(request?.body, {
      headers: { 'content-type': request?.headers['content-type'] ?? '' },
    }).formData();
    const file = form.get('file') as File;
    expect([form.get('purpose'), file.name, await file.text()]).toEqual(['batch', 'a_b.jsonl', '{"a":"é"}']);
    expect(request?.headers['transfer-encoding']).toBeUndefined();
    expect(Number(request?.headers['content-length'])).toBe(Buffer.byteLength(request?.body ?? ''));
  });

  test('holds no more than a few MiB of a large file', async () => {
    const chunk = Buffer.alloc(64 * 1024, 97);
    const chunks = 1600;
    let made = 0;
    let received = 0;
    let mostHeld = 0;
    await using server = await openScriptedServer(
      ({ request, response }) => {
        request.on('data', (data: Buffer) => {
          received += data.byteLength;
        });
        request.on('end', () => sendJson(response, 200, { id: 'file-1', bytes: chunk.byteLength * chunks }));
      },
      { readBody: false },
    );
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < chunks; i += 1) {
        made += chunk.byteLength;
        mostHeld = Math.max(mostHeld, made - received);
        yield chunk;
      }
    };
    await providerAt(server.url).uploadFile({ name: 'x.jsonl', bytes: chunk.byteLength * chunks, body });
    expect(received).toBeGreaterThan(100 * MEBIBYTE);
    expect(mostHeld).toBeLessThan(16 * MEBIBYTE);
  });

  test('the failure of its source is thrown as it is', async () => {
    await using server = await openScriptedServer(({ response }) => sendJson(response, 200, {}));
    const failure = new Error('the store is gone');
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      throw failure;
    };
    await expect(providerAt(server.url).uploadFile({ name: 'x', bytes: 2, body })).rejects.toBe(failure);
  });

  test('a source of another length never becomes a file', async () => {
    await using server = await openScriptedServer(({ response }) => sendJson(response, 200, { id: 'file-1' }));
    const upload = { name: 'x', bytes: 5, body: () => bytesOf('abc') };
    await expect(providerAt(server.url).uploadFile(upload)).rejects.toThrow(/bytes, not/);
  });

  test('a file that arrived short is refused', async () => {
    await using server = await openScriptedServer(({ response }) => sendJson(response, 200, { id: 'f', bytes: 2 }));
    const upload = providerAt(server.url).uploadFile({ name: 'x', bytes: 3, body: () => bytesOf('abc') });
    await expect(upload).rejects.toMatchObject({ code: 'upload-incomplete', retryable: true });
  });

  test.each([
    [413, 'bad-request', false],
    [401, 'unauthorized', false],
    [429, 'rate-limited', true],
    [503, 'unavailable', true],
  ])('status %d before the body is read', async (status, kind, retryable) => {
    await using server = await openScriptedServer(
      ({ response }) => sendJson(response, status, wireError(null, `No, ${KEY}`), { connection: 'close' }),
      { readBody: false },
    );
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 8; i += 1) yield Buffer.alloc(MEBIBYTE);
    };
    const error = await providerAt(server.url)
      .uploadFile({ name: 'x', bytes: 8 * MEBIBYTE, body })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ kind, retryable, status });
    expect(String(error)).not.toContain(KEY);
  });

  test('silence ends it with an error that may be retried', async () => {
    await using server = await openScriptedServer(() => undefined);
    const upload = providerAt(server.url).uploadFile({ name: 'x', bytes: 3, body: () => bytesOf('abc') });
    await expect(upload).rejects.toMatchObject({ kind: 'unavailable', code: 'ETIMEDOUT', retryable: true });
  });
});

describe('openFile', () => {
  test('streams a large file without holding it', async () => {
    const chunk = Buffer.alloc(64 * 1024, 97);
    const chunks = 1600;
    let sent = 0;
    let read = 0;
    let mostHeld = 0;
    await using server = await openScriptedServer(({ response }) => {
      const push = (): void => {
        while (sent < chunk.byteLength * chunks) {
          sent += chunk.byteLength;
          if (!response.write(chunk)) return void response.once('drain', push);
        }
        response.end();
      };
      push();
    });
    for await (const data of (await providerAt(server.url).openFile('file-1')) ?? []) {
      read += data.byteLength;
      mostHeld = Math.max(mostHeld, sent - read);
      await nextTurn();
    }
    expect(read).toBe(chunk.byteLength * chunks);
    expect(mostHeld).toBeLessThan(16 * MEBIBYTE);
  });

  test('is null where there is no such file', async () => {
    await using server = await openScriptedServer(({ response }) => sendJson(response, 404, wireError(null, 'No')));
    expect(await providerAt(server.url).openFile('file-1')).toBeNull();
  });

  test.each([
    ['within its length', { 'content-length': '1000' }],
    ['within a chunk', {}],
  ])('a download cut %s throws', async (_where, headers) => {
    await using server = await openScriptedServer(({ response }) => {
      response.writeHead(200, headers);
      response.write('{"custom_id":"1"}\n', () => response.socket?.destroy());
    });
    const file = await providerAt(server.url).openFile('file-1');
    await expect(collect(file ?? bytesOf())).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
  });

  test('a download that falls silent throws', async () => {
    await using server = await openScriptedServer(({ response }) => void response.write('half'));
    const file = await providerAt(server.url).openFile('file-1');
    await expect(collect(file ?? bytesOf())).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
  });
});
