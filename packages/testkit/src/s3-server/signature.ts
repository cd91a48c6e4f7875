import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Target } from './operation.ts';
import { S3Error } from './s3-error.ts';

export type Credentials = { accessKeyId: string; secretAccessKey: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60_000;

type Claim = { credential: string; signedHeaders: string; signature: string; date: string; payloadHash: string };

/** Checks the signature (version 4) in the headers or in the address. Throws as S3 does. */
export const verifySignature = (
  request: IncomingMessage,
  target: Target,
  credentials: Credentials,
  nowMs: number,
): void => {
  const presigned = target.query.has('X-Amz-Signature');
  const claim = presigned ? presignedClaim(target.query, nowMs) : headerClaim(request, nowMs);
  const [accessKeyId, day, region, service, ending] = claim.credential.split('/');
  if (accessKeyId !== credentials.accessKeyId) {
    throw new S3Error('InvalidAccessKeyId', 403, 'The access key is not known here');
  }
  const scope = [day, region, service, ending].join('/');
  const canonical = [
    target.method,
    target.path,
    canonicalQuery(target.search),
    ...claim.signedHeaders.split(';').map((name) => `${name}:${headerValue(request, name)}`),
    '',
    claim.signedHeaders,
    claim.payloadHash,
  ].join('\n');
  const toSign = [ALGORITHM, claim.date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [day, region, service, ending].reduce<string | Buffer>(
    (secret, part) =>
      createHmac('sha256', secret)
        .update(part ?? '')
        .digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const expected = createHmac('sha256', key).update(toSign).digest();
  const given = Buffer.from(claim.signature, 'hex');
  if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected)) {
    throw new S3Error('SignatureDoesNotMatch', 403, 'The signature is not the one calculated here');
  }
};

const headerClaim = (request: IncomingMessage, nowMs: number): Claim => {
  const header = request.headers.authorization ?? '';
  if (!header.startsWith(ALGORITHM)) throw new S3Error('AccessDenied', 403, 'The request is not signed');
  const field = (name: string): string => new RegExp(`${name}=([^,\\s]+)`).exec(header)?.[1] ?? '';
  const date = String(request.headers['x-amz-date'] ?? '');
  if (!(Math.abs(timeOf(date) - nowMs) <= MAX_SKEW_MS)) {
    throw new S3Error('RequestTimeTooSkewed', 403, 'The time of the request is too far from the time here');
  }
  return {
    credential: field('Credential'),
    signedHeaders: field('SignedHeaders'),
    signature: field('Signature'),
    date,
    payloadHash: String(request.headers['x-amz-content-sha256'] ?? ''),
  };
};

const presignedClaim = (query: URLSearchParams, nowMs: number): Claim => {
  const date = query.get('X-Amz-Date') ?? '';
  const expiresMs = timeOf(date) + Number(query.get('X-Amz-Expires')) * 1000;
  if (!(nowMs <= expiresMs)) throw new S3Error('AccessDenied', 403, 'The address has expired');
  return {
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
    signature: query.get('X-Amz-Signature') ?? '',
    date,
    payloadHash: query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  };
};

const canonicalQuery = (search: string): string =>
  [...new URLSearchParams(search.replaceAll('+', '%2B'))]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const headerValue = (request: IncomingMessage, name: string): string =>
  (request.headersDistinct[name] ?? []).map((value) => value.trim().replace(/\s+/g, ' ')).join(',');

/** `20261120T120000Z` as a time in ms, NaN when it is none. */
const timeOf = (date: string): number =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
