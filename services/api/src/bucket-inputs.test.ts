import { createHash } from 'node:crypto';
import { keys } from '@batchmill/ledger';
import { presign, startS3Server } from '@batchmill/testkit';
import type { S3Server } from '@batchmill/testkit';
import type { Problem } from '@batchmill/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openStage, pipelineText, rows } from './testing/stage.ts';
import type { Answer, Stage } from './testing/stage.ts';

const MAX_BYTES = 5_000_000;

let server: S3Server;
let stage: Stage;

const variables = (): Record<string, string> => ({
  API_INPUT_BUCKETS: 'data, missing-bucket',
  API_MAX_UPLOAD_BYTES: String(MAX_BYTES),
  S3_ENDPOINT: server.url,
  S3_ACCESS_KEY_ID: server.accessKeyId,
  S3_SECRET_ACCESS_KEY: server.secretAccessKey,
});

beforeAll(async () => {
  server = await startS3Server();
  server.bucket('data');
  server.bucket('secrets');
  stage = await openStage(variables());
});
afterEach(() => server.faults.clear());
afterAll(async () => {
  await stage.close();
  await server.close();
});

const put = async (key: string, body: string | Buffer, bucket = 'data'): Promise<void> => {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const { status } = await fetch(presign('PUT', `${server.url}/${bucket}/${path}`, server), {
    method: 'PUT',
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  expect(status).toBe(200);
};

const submit = (url: string, on = stage): Promise<Answer> =>
  on.call('POST', '/v1/jobs', { pipeline: pipelineText, input: [{ name: 'rows.jsonl', url }] });
const pinOf = async ({ json }: Answer) => {
  const { id } = json as { id: string };
  return (await stage.backends.ledger.read(keys.job({ tenant: 'default', job: id })))?.inputs[0];
};
const problemOf = ({ json }: Answer): Problem | undefined =>
  (json as { error: { details: Problem[] } }).error.details[0];
const sha256 = (body: string | Buffer): string => createHash('sha256').update(body).digest('hex');

describe('an object of a bucket that is allowed', () => {
  test.each(['rows.jsonl', 'a folder/Ä & b/100% +#?=rows.jsonl', '/double//slash/', '🙂'])(
    'is the input, pinned to bytes, sha256 and ETag: %s',
    async (key) => {
      await put(key, rows);
      const answer = await submit(`s3://data/${key}`);
      expect(answer).toMatchObject({ status: 202 });
      expect(await pinOf(answer)).toMatchObject({
        name: 'rows.jsonl',
        bytes: Buffer.byteLength(rows),
        sha256: sha256(rows),
        etag: expect.stringMatching(/^".+"$/) as string,
      });
    },
  );

  test('is copied when the job is accepted: the job keeps these bytes', async () => {
    await put('kept.jsonl', rows);
    const pin = await pinOf(await submit('s3://data/kept.jsonl'));
    await put('kept.jsonl', 'other');
    expect(Buffer.from((await stage.backends.store.get(pin?.key ?? '')) ?? []).toString()).toBe(rows);
  });

  test('is streamed, and goes on where the connection broke', async () => {
    const large = Buffer.alloc(4_000_000, 'some bytes ');
    await put('large.jsonl', large);
    server.faults.set({ kind: 'drop-in-body', operation: 'GetObject', keyIncludes: 'large', times: 2 });
    expect(await pinOf(await submit('s3://data/large.jsonl'))).toMatchObject({
      bytes: 4_000_000,
      sha256: sha256(large),
    });
    expect(server.faults.hits('drop-in-body')).toBe(2);
  });

  test('may be named by the source path alone', async () => {
    await put('named.jsonl', rows);
    const pipeline = pipelineText.replace('path: rows.jsonl', 'path: s3://data/named.jsonl');
    const answer = await stage.call('POST', '/v1/jobs', { pipeline, input: [] });
    expect(await pinOf(answer)).toMatchObject({ name: 's3://data/named.jsonl', sha256: sha256(rows) });
  });

  test('sent again with its key is the same job; changed meanwhile, it is refused as another', async () => {
    await put('again.jsonl', rows);
    const send = () =>
      stage.call(
        'POST',
        '/v1/jobs',
        { pipeline: pipelineText, input: [{ name: 'rows.jsonl', url: 's3://data/again.jsonl' }] },
        { 'idempotency-key': 'bucket-again' },
      );
    const first = await send();
    expect((await send()).json).toEqual(first.json);
    await put('again.jsonl', `${rows}{"id":3,"name":"Joan"}\n`);
    expect(await send()).toMatchObject({ status: 422, json: { error: { code: 'idempotency-key-reused' } } });
  });
});

describe('what cannot be had is refused with what to change', () => {
  test('a bucket that is not allowed, though our credentials would open it', async () => {
    await put('x.jsonl', rows, 'secrets');
    const before = server.requests().length;
    const answer = await submit('s3://secrets/x.jsonl');
    expect(answer.status).toBe(422);
    expect(problemOf(answer)).toMatchObject({ code: 'input-not-allowed', found: '"s3://secrets/x.jsonl"' });
    expect(problemOf(answer)?.expected).toContain('s3://data/');
    expect(problemOf(answer)?.remedy).toContain('bucket "secrets" added to API_INPUT_BUCKETS');
    expect(server.requests()).toHaveLength(before);
  });

  test.each([
    's3://data/../secrets/x.jsonl',
    's3://data/a/../../secrets/x.jsonl',
    's3://data/./x',
    's3://data/',
    's3://data',
    's3://',
    's3:///x',
    's3:data/x',
    'S3://data/x',
    'http://data/x',
    'file:///etc/passwd',
    '',
  ])('no address: %s', async (url) => {
    expect((await submit(url)).status).toBe(422);
  });

  test.each(['s3://data/\u0000', 's3://data/\ud800', `s3://data/${'k'.repeat(2000)}`, 's3://data/\r\nhost: x'])(
    'a key that no store takes: %j',
    async (url) => {
      expect((await submit(url)).status).toBe(422);
      expect(stage.failures).toEqual([]);
    },
  );

  test.each(['s3://data/none.jsonl', 's3://missing-bucket/x.jsonl'])('what is not there: %s', async (url) => {
    const answer = await submit(url);
    expect(answer.status).toBe(422);
    expect(problemOf(answer)).toMatchObject({ code: 'input-unreachable' });
    expect(problemOf(answer)?.message).toContain('no such object');
  });

  test('what is too large, before it is read', async () => {
    await put('huge.jsonl', Buffer.alloc(MAX_BYTES + 1));
    const answer = await submit('s3://data/huge.jsonl');
    expect(answer).toMatchObject({ status: 422, json: { error: { code: 'input-too-large' } } });
    expect(server.requests().filter(({ operation, key }) => operation === 'GetObject' && key === 'huge.jsonl')).toEqual(
      [],
    );
  });

  test('what changes while it is read', async () => {
    await put('changing.jsonl', Buffer.alloc(2_000_000, 'a'));
    // the second half is asked for again, and by then another object stands there
    server.faults.set({ kind: 'drop-in-body', operation: 'GetObject', keyIncludes: 'changing' });
    server.faults.set({ kind: 'slow', operation: 'GetObject', keyIncludes: 'changing', delayMs: 100, times: 1 });
    const asked = submit('s3://data/changing.jsonl');
    await expect
      .poll(() => server.requests().some(({ operation, key }) => operation === 'GetObject' && key === 'changing.jsonl'))
      .toBe(true);
    await put('changing.jsonl', Buffer.alloc(2_000_000, 'b'));
    const answer = await asked;
    expect(answer.status).toBe(422);
    expect(problemOf(answer)?.found).toContain('it changed while it was read');
  });

  test.each([
    ['wrong credentials', { S3_SECRET_ACCESS_KEY: 'wrong-secret' }, 'Check the access key'],
    ['a wrong address', { S3_ENDPOINT: 'http://127.0.0.1:9' }, 'Check that the store runs'],
  ])('%s of the server, without showing them', async (_what, changed, remedy) => {
    const other = await openStage({ ...variables(), ...changed });
    try {
      await put('x.jsonl', rows);
      const answer = await submit('s3://data/x.jsonl', other);
      expect(answer.status).toBe(422);
      expect(problemOf(answer)?.found).toContain(remedy);
      expect(answer.text).not.toContain('wrong-secret');
      expect(other.failures).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('all of them at once', async () => {
    const input = [
      { name: 'a', url: 's3://secrets/x' },
      { name: 'b', url: 'https://example.com/x' },
      { name: 'c', upload: 'none' },
    ];
    const answer = await stage.call('POST', '/v1/jobs', { pipeline: pipelineText, input });
    const { details } = (answer.json as { error: { details: Problem[] } }).error;
    expect(details.map(({ code }) => code)).toEqual(['input-not-allowed', 'input-not-allowed', 'unknown-upload']);
  });
});
