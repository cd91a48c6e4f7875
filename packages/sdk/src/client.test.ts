import { createHash } from 'node:crypto';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { createClient } from './client.ts';
import { ApiError, ConnectionError } from './errors.ts';
import { JOB, rowOf, statusOf } from './testing/samples.ts';
import { sendJson, startScriptedServer } from './testing/scripted-server.ts';

const sleep = async (): Promise<void> => {};

test('an error of the server comes as ApiError with its code and every detail', async () => {
  const problem = { code: 'unknown-key', message: 'unknown key "stesp"', place: { line: 3, column: 1 } };
  await using server = await startScriptedServer((_, response) => {
    sendJson(response, { error: { code: 'invalid-pipeline', message: 'cannot be used', details: [problem] } }, 400);
  });
  const failure = await createClient({ url: server.url })
    .createJob({ pipeline: 'x', input: [] }, 'key')
    .catch((e) => e);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ status: 400, code: 'invalid-pipeline', details: [problem] });
  expect(server.exchanges).toHaveLength(1);
});

test('an answer that is no error of ours still says what came', async () => {
  await using server = await startScriptedServer((_, response) => {
    response.writeHead(413).end('too large');
  });
  await expect(createClient({ url: server.url }).job(JOB)).rejects.toThrow('413 too large');
});

test('a safe request is sent again when the connection breaks, with token and idempotency key', async () => {
  await using server = await startScriptedServer((_, response, nth) => {
    if (nth < 3) response.destroy();
    else sendJson(response, { id: JOB, state: 'accepted' }, 202);
  });
  const client = createClient({ url: server.url, token: 'secret', sleep });
  expect(await client.createJob({ pipeline: 'x', input: [] }, 'same')).toEqual({ id: JOB, state: 'accepted' });
  expect(server.exchanges.map(({ headers }) => [headers['idempotency-key'], headers.authorization])).toEqual(
    Array.from({ length: 3 }, () => ['same', 'Bearer secret']),
  );
});

test('retry, which is not safe to repeat, is sent once', async () => {
  await using server = await startScriptedServer((_, response) => {
    response.destroy();
  });
  await expect(createClient({ url: server.url, sleep }).retry(JOB)).rejects.toBeInstanceOf(ConnectionError);
  expect(server.exchanges).toHaveLength(1);
});

test('a server that is not there is named, with the reason', async () => {
  const server = await startScriptedServer(() => {});
  await server[Symbol.asyncDispose]();
  await expect(createClient({ url: server.url, sleep }).health()).rejects.toThrow(
    `No answer from ${server.url} (ECONNREFUSED)`,
  );
});

test('uploads take bytes, a file and a stream', async () => {
  await using server = await startScriptedServer(({ body }, response) => {
    sendJson(response, { id: 'u1', bytes: body.length, sha256: 'x' });
  });
  const client = createClient({ url: server.url });
  await client.upload('a b.csv', { bytes: Buffer.from('one') });
  await client.upload('two', { stream: Readable.from(['t', 'wo']) });
  await client.upload('three', { path: import.meta.filename });
  expect(server.exchanges[0]?.path).toBe('/v1/uploads?name=a+b.csv');
  expect(server.exchanges.map(({ body }) => body.slice(0, 6))).toEqual(['one', 'two', 'import']);
  await expect(client.upload('four', { path: '/no/such/file' })).rejects.toThrow('ENOENT');
});

test('rows come from every page, and keys are encoded', async () => {
  await using server = await startScriptedServer(({ path }, response) => {
    if (path.includes('/rows/')) sendJson(response, { ...rowOf('a/b ?'), attempts: [] });
    else if (path.includes('cursor=next')) sendJson(response, { rows: [rowOf('c')], cursor: null });
    else sendJson(response, { rows: [rowOf('a'), rowOf('b')], cursor: 'next' });
  });
  const client = createClient({ url: server.url });
  const keys = [];
  for await (const row of client.allRows(JOB, { outcome: 'ok' })) keys.push(row.key);
  expect(keys).toEqual(['a', 'b', 'c']);
  expect(server.exchanges[1]?.path).toBe(`/v1/jobs/${JOB}/rows?outcome=ok&cursor=next`);
  expect((await client.row(JOB, 'a/b ?')).key).toBe('a/b ?');
  expect(server.exchanges[2]?.path).toBe(`/v1/jobs/${JOB}/rows/a%2Fb%20%3F`);
});

test('parts come from every page, and each file from its own address', async () => {
  const file = {
    kind: 'output' as const,
    path: 'run-1/001-a/shard-0/attempt-1/part-0.output.jsonl',
    rows: 1,
    bytes: 2,
  };
  const part = (shard: number) => ({
    ...{ run: 1, stage: '001', step: 'a', shard, attempt: 1, part: 0, mode: 'live', provider: 'p', model: 'm' },
    ...{ endpoint: '/v1/x', submissions: [], resultsOf: 1, files: [{ ...file, sha256: SHA256 }] },
  });
  await using folder = await mkdtempDisposable(join(tmpdir(), 'batchmill-raw-'));
  await using server = await startScriptedServer(({ path }, response) => {
    if (path.includes('/raw/')) response.end('x\n');
    else if (path.includes('cursor=next')) sendJson(response, { parts: [part(1)], cursor: null });
    else sendJson(response, { parts: [part(0)], cursor: 'next' });
  });
  const client = createClient({ url: server.url, sleep });
  const parts = await Array.fromAsync(client.rawParts(JOB));
  expect(parts.map(({ shard }) => shard)).toEqual([0, 1]);
  const target = join(folder.path, 'deep/part.jsonl');
  await client.downloadRaw(JOB, { ...file, sha256: SHA256 }, target);
  expect(await readFile(target, 'utf8')).toBe('x\n');
  expect(server.exchanges.at(-1)?.path).toBe(`/v1/jobs/${JOB}/raw/${file.path}`);
  await expect(client.downloadRaw(JOB, { ...file, sha256: '0'.repeat(64) }, target)).rejects.toThrow('on record');
});

/** Of `x` and a newline. */
const SHA256 = createHash('sha256').update('x\n').digest('hex');

test('events connect again after a break and end with the final state', async () => {
  await using server = await startScriptedServer((_, response, nth) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (nth === 1) {
      const text = `: hello\n\nevent: status\ndata: ${JSON.stringify(statusOf({ name: 'été' }))}\n\n`;
      const bytes = Buffer.from(text);
      response.write(bytes.subarray(0, bytes.indexOf(0xc3) + 1));
      response.write(bytes.subarray(bytes.indexOf(0xc3) + 1), () => setImmediate(() => response.destroy()));
    } else if (nth === 2) response.end();
    else {
      response.write(`event: status\ndata: ${JSON.stringify(statusOf({ state: 'exporting' }))}\n\n`);
      response.write(`event: status\ndata: ${JSON.stringify(statusOf({ state: 'completed' }))}\n\n`);
    }
  });
  const seen = [];
  for await (const status of createClient({ url: server.url, sleep }).events(JOB)) seen.push(status);
  expect(seen.map(({ state }) => state)).toEqual(['running', 'exporting', 'completed']);
  expect(seen[0]?.name).toBe('été');
  expect(server.exchanges).toHaveLength(3);
});

test('events of a job that is not there fail at once; an abort ends the waiting', async () => {
  await using server = await startScriptedServer(({ path }, response) => {
    if (path.includes('gone'))
      sendJson(response, { error: { code: 'job-not-found', message: 'no', details: [] } }, 404);
    else response.writeHead(200).write(`data: ${JSON.stringify(statusOf())}\n\n`);
  });
  const client = createClient({ url: server.url, sleep });
  await expect(client.events('gone').next()).rejects.toMatchObject({ code: 'job-not-found' });
  const abort = new AbortController();
  const events = client.events(JOB, { signal: abort.signal });
  await events.next();
  abort.abort(new Error('enough'));
  await expect(events.next()).rejects.toThrow('enough');
});

test('an answer of another version is called so', async () => {
  await using server = await startScriptedServer((_, response) => sendJson(response, { id: 1 }));
  await expect(createClient({ url: server.url }).job(JOB)).rejects.toThrow(
    `The server's answer to /v1/jobs/${JOB} cannot be understood`,
  );
});
