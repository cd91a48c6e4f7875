import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { s3Errors } from './errors.ts';
import type { S3Errors } from './errors.ts';
import { DEFAULT_TIMEOUTS } from './options.ts';
import type { S3StoreOptions, S3Timeouts } from './options.ts';

/** What every S3 operation needs. */
export type S3Connection = {
  client: S3Client;
  bucket: string;
  timeouts: S3Timeouts;
  errors: S3Errors;
  /** The key as it stands in the bucket, under our prefix. */
  fullKey(key: string): string;
  /** The key as the caller knows it. */
  ownKey(fullKey: string): string;
};

const MAX_ATTEMPTS = 3;
const MAX_SOCKETS = 64;

export const connect = (options: S3StoreOptions): S3Connection => {
  const { bucket, endpoint, region = 'us-east-1', accessKeyId, secretAccessKey, sessionToken } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const prefix = normalPrefix(options.prefix);
  const client = new S3Client({
    region,
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } }),
    maxAttempts: MAX_ATTEMPTS,
    // Other stores refuse the aws-chunked bodies and trailers that the default brings; blobs carry a sha256 of our own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The SDK has no timeouts by itself: a stalled body would hang for ever (measured with 3.1169).
    requestHandler: new NodeHttpHandler({
      connectionTimeout: timeouts.connectMs,
      socketTimeout: timeouts.socketMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
      httpsAgent: { maxSockets: MAX_SOCKETS, keepAlive: true },
    }),
  });
  return {
    client,
    bucket,
    timeouts,
    errors: s3Errors({ bucket, endpoint, secrets: [secretAccessKey, sessionToken] }),
    fullKey: (key) => `${prefix}${key}`,
    ownKey: (fullKey) => fullKey.slice(prefix.length),
  };
};

const normalPrefix = (prefix = ''): string => {
  const trimmed = prefix.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `${trimmed}/`;
};
