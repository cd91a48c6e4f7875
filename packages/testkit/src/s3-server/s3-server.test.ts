import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksumOf } from './checksums.ts';
import { presign } from './presign.ts';
import { startS3Server } from './start-s3-server.ts';
import type { S3Server } from './start-s3-server.ts';
import { xmlTexts } from './xml.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
  server.bucket('plain');
});
afterAll(() => server.close());

/** One signed request by hand; `path` is below the bucket. */
const ask = (method: string, path: string, init: { body?: string | Buffer; headers?: Record<string, string> } = {}) =>
  fetch(presign(method, `${server.url}/plain${path}`, server), { method, ...init });
const codeOf = async (response: Response): Promise<string> =>
  `${response.status} ${xmlTexts(await response.text(), 'Code')[0]}`;
const base64Crc32 = (text: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
};

describe('a body in aws-chunked framing', () => {
  const put = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    ask('PUT', '/framed', {
      body,
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '11',
        'x-amz-trailer': 'x-amz-checksum-crc32',
        ...headers,
      },
    });
  const trailer = (text: string): string => `0\r\nx-amz-checksum-crc32:${base64Crc32(text)}\r\n\r\n`;

  it('is stored without its framing, whatever the chunks', async () => {
    expect((await put(`5\r\nhello\r\n6;chunk-signature=abc\r\n world\r\n${trailer('hello world')}`)).status).toBe(200);
    expect(await (await ask('GET', '/framed')).text()).toBe('hello world');
  });

  it('is refused when the trailing checksum, the length or the framing is wrong, and the old bytes stay', async () => {
    await put(`b\r\nhello world\r\n${trailer('hello world')}`);
    expect(await codeOf(await put(`b\r\nhello there\r\n${trailer('hello world')}`))).toBe('400 BadDigest');
    expect(await codeOf(await put(`5\r\nhello\r\n${trailer('hello')}`))).toBe('400 IncompleteBody');
    expect(await codeOf(await put('zz\r\nhello world\r\n'))).toBe('400 InvalidRequest');
    expect(await codeOf(await put('b\r\nhello'))).toBe('400 InvalidRequest');
    expect(await (await ask('GET', '/framed')).text()).toBe('hello world');
  });
});

describe('checksums', () => {
  it('give the known values for 123456789', () => {
    const known = {
      crc32: 'y/Q5Jg==',
      crc32c: '4waSgw==',
      md5: 'JfnnlDI7RTiF9RgfG2JNCw==',
      sha1: '98O8HYCOBHMq32eZZczDTKeuNEE=',
    };
    const found = Object.keys(known).map((name) => {
      const checksum = checksumOf(name);
      for (const digit of '123456789') checksum.add(Buffer.from(digit));
      return [name, checksum.value()];
    });
    expect(Object.fromEntries(found)).toEqual(known);
  });

  it('in headers are held against the body', async () => {
    const sha256 = createHash('sha256').update('right').digest('base64');
    const headers = { 'x-amz-checksum-sha256': sha256 };
    expect((await ask('PUT', '/checked', { body: 'right', headers })).status).toBe(200);
    expect(await codeOf(await ask('PUT', '/checked', { body: 'wrong', headers }))).toBe('400 BadDigest');
    const md5 = { 'content-md5': createHash('md5').update('right').digest('base64') };
    expect(await codeOf(await ask('PUT', '/checked', { body: 'wrong', headers: md5 }))).toBe('400 BadDigest');
  });
});

describe('conditions', () => {
  it('hold for deleting and for reading', async () => {
    const etag = (await ask('PUT', '/conditional', { body: 'x' })).headers.get('etag') ?? '';
    expect((await ask('GET', '/conditional', { headers: { 'if-match': '"stale"' } })).status).toBe(412);
    expect((await ask('GET', '/conditional', { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await ask('DELETE', '/conditional', { headers: { 'if-match': '"stale"' } })).status).toBe(412);
    expect((await ask('DELETE', '/conditional', { headers: { 'if-match': etag } })).status).toBe(204);
    expect(await codeOf(await ask('GET', '/conditional'))).toBe('404 NoSuchKey');
  });

  it('hold when an upload in parts is completed, and the upload can still be aborted', async () => {
    const started = await (await ask('POST', '/parts?uploads')).text();
    const id = xmlTexts(started, 'UploadId')[0];
    const etag = (await ask('PUT', `/parts?uploadId=${id}&partNumber=1`, { body: 'part' })).headers.get('etag');
    await ask('PUT', '/parts', { body: 'taken' });
    const body = `<X><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></X>`;
    const complete = { body, headers: { 'if-none-match': '*' } };
    expect(await codeOf(await ask('POST', `/parts?uploadId=${id}`, complete))).toBe('412 PreconditionFailed');
    expect(await (await ask('GET', '/parts')).text()).toBe('taken');
    expect((await ask('DELETE', `/parts?uploadId=${id}`)).status).toBe(204);
    expect(await codeOf(await ask('POST', `/parts?uploadId=${id}`, complete))).toBe('404 NoSuchUpload');
  });

  it('refuses parts that are missing, too small or out of order', async () => {
    const id = xmlTexts(await (await ask('POST', '/bad?uploads')).text(), 'UploadId')[0];
    const tags: (string | null)[] = [];
    for (const number of [1, 2]) {
      tags.push((await ask('PUT', `/bad?uploadId=${id}&partNumber=${number}`, { body: 'small' })).headers.get('etag'));
    }
    const complete = async (...numbers: number[]): Promise<string> => {
      const parts = numbers.map((n) => `<Part><PartNumber>${n}</PartNumber><ETag>${tags[n - 1]}</ETag></Part>`);
      return codeOf(await ask('POST', `/bad?uploadId=${id}`, { body: `<X>${parts.join('')}</X>` }));
    };
    expect(await complete(1, 2)).toBe('400 EntityTooSmall');
    expect(await complete(2, 1)).toBe('400 InvalidPartOrder');
    expect(await complete(3)).toBe('400 InvalidPart');
  });
});

describe('the server', () => {
  it('refuses requests without a right signature', async () => {
    expect(await codeOf(await fetch(`${server.url}/plain/x`))).toBe('403 AccessDenied');
    const wrong = presign('GET', `${server.url}/plain/x`, { ...server, secretAccessKey: 'wrong' });
    expect(await codeOf(await fetch(wrong))).toBe('403 SignatureDoesNotMatch');
  });

  it('answers ranges from either end, and keeps the client’s headers', async () => {
    const headers = { 'content-type': 'text/plain', 'x-amz-meta-origin': 'here' };
    await ask('PUT', '/ranged', { body: '0123456789', headers });
    const last = await ask('GET', '/ranged', { headers: { range: 'bytes=-3' } });
    expect([last.status, last.headers.get('content-range'), await last.text()]).toEqual([206, 'bytes 7-9/10', '789']);
    expect(last.headers.get('x-amz-meta-origin')).toBe('here');
    expect(await codeOf(await ask('GET', '/ranged', { headers: { range: 'bytes=10-' } }))).toBe('416 InvalidRange');
    expect((await ask('HEAD', '/ranged')).headers.get('content-length')).toBe('10');
  });

  it('deletes many keys at once', async () => {
    for (const key of ['m1', 'm&2']) await ask('PUT', `/${encodeURIComponent(key)}`, { body: 'x' });
    const body = '<Delete><Object><Key>m1</Key></Object><Object><Key>m&amp;2</Key></Object></Delete>';
    expect(xmlTexts(await (await ask('POST', '?delete', { body })).text(), 'Key')).toEqual(['m1', 'm&2']);
    expect((await ask('GET', '/m%262')).status).toBe(404);
  });

  it('takes faults over HTTP, tells how often they struck, and refuses unknown ones', async () => {
    const faults = `${server.url}/_faults`;
    const before = server.faults.hits('slow-down');
    await fetch(faults, { method: 'POST', body: JSON.stringify({ kind: 'slow-down', keyIncludes: 'struck' }) });
    expect((await ask('PUT', '/spared', { body: 'x' })).status).toBe(200);
    expect(await codeOf(await ask('PUT', '/struck', { body: 'x' }))).toBe('503 SlowDown');
    expect((await ask('PUT', '/struck', { body: 'x' })).status).toBe(200);
    expect(await (await fetch(faults)).json()).toMatchObject({ pending: [], hits: { 'slow-down': before + 1 } });
    expect((await fetch(faults, { method: 'POST', body: '{"kind":"nonsense"}' })).status).toBe(400);
  });
});
