import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { targetOf } from './operation.ts';
import { verifySignature } from './signature.ts';

/** The examples of AWS's own documents (Signature Version 4 for S3). */
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const AT_MS = Date.parse('2013-05-24T00:00:00Z');
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const request = (url: string, headers: Record<string, string>): IncomingMessage => {
  const headersDistinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { method: 'GET', url, headers, headersDistinct } as unknown as IncomingMessage;
};
const verify = (message: IncomingMessage, nowMs = AT_MS): void =>
  verifySignature(message, targetOf(message), CREDENTIALS, nowMs);

const signed = (changes: Record<string, string> = {}): IncomingMessage =>
  request('/test.txt', {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-date': '20130524T000000Z',
    'x-amz-content-sha256': EMPTY,
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ...changes,
  });

const presigned = (signature = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'): IncomingMessage =>
  request(
    '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F' +
      'aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      `&X-Amz-Signature=${signature}`,
    { host: 'examplebucket.s3.amazonaws.com' },
  );

describe('signature version 4', () => {
  it("accepts the examples of AWS's documents, in headers and in the address", () => {
    expect(() => verify(signed())).not.toThrow();
    expect(() => verify(presigned())).not.toThrow();
  });

  it('refuses what was changed after signing', () => {
    expect(() => verify(signed({ range: 'bytes=0-10' }))).toThrow('not the one calculated');
    expect(() => verify(presigned('0'.repeat(64)))).toThrow('not the one calculated');
  });

  it('refuses other keys, unsigned requests, and times too far off', () => {
    const other = signed().headers.authorization?.replace('AKIAIOSFODNN7EXAMPLE', 'OTHER') ?? '';
    expect(() => verify(signed({ authorization: other }))).toThrow('not known');
    expect(() => verify(signed({ authorization: '' }))).toThrow('not signed');
    expect(() => verify(signed(), AT_MS + 16 * 60_000)).toThrow('too far');
    expect(() => verify(presigned(), AT_MS + 86_401_000)).toThrow('expired');
  });
});
