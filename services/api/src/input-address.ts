import type { Problem } from '@batchmill/contracts';
import { isPlainKey, readBucketAddress } from '@batchmill/object-store';
import type { Config } from './config.ts';

/** An address from which this server may fetch an input. */
export type InputAddress = { kind: 'https'; url: string } | { kind: 's3'; url: string; bucket: string; key: string };

/** Reads `https://host/…` and `s3://bucket/key`; a Problem where the server does not fetch from there. */
export const inputAddress = (
  { API_INPUT_HOSTS: hosts, API_INPUT_BUCKETS: buckets }: Pick<Config, 'API_INPUT_HOSTS' | 'API_INPUT_BUCKETS'>,
  url: string,
): InputAddress | Problem => {
  const object = readBucketAddress(url);
  if (object !== null) {
    const { bucket, key } = object;
    if (!buckets.includes(bucket)) return notAllowed(url, listed('s3://', buckets), `bucket "${bucket}"`, 'BUCKETS');
    return isPlainKey(key) ? { kind: 's3', url, bucket, key } : noAddress(url);
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:') return noAddress(url);
  if (hosts.includes(parsed.hostname)) return { kind: 'https', url };
  return notAllowed(url, listed('https://', hosts), `host "${parsed.hostname}"`, 'HOSTS');
};

const noAddress = (url: string): Problem => ({
  code: 'input-address',
  message: 'this is no address from which an input can be fetched',
  found: JSON.stringify(url),
  expected: 'https://host/path, or s3://bucket/key without "." or ".." between slashes',
});

const notAllowed = (url: string, expected: string, place: string, list: 'BUCKETS' | 'HOSTS'): Problem => ({
  code: 'input-not-allowed',
  message: 'this server does not fetch inputs from there',
  found: JSON.stringify(url),
  expected,
  remedy: `Give it as a local file, which is uploaded, or have the ${place} added to API_INPUT_${list} where the server is started`,
});

const listed = (scheme: string, allowed: readonly string[]): string =>
  allowed.length === 0
    ? `an upload: no address that begins with ${scheme} is allowed here`
    : `an upload, or an address that begins with ${allowed.map((each) => `${scheme}${each}/`).join(' or ')}`;
