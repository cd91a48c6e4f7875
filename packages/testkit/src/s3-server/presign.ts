import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from './signature.ts';

/** An address that may be used once a day without an SDK: for tests that speak HTTP themselves. */
export const presign = (
  method: string,
  url: string,
  { accessKeyId, secretAccessKey }: Credentials,
  nowMs = Date.now(),
): string => {
  const address = new URL(url);
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  address.searchParams.set('X-Amz-Algorithm', 'AWS4-HMAC-SHA256');
  address.searchParams.set('X-Amz-Credential', `${accessKeyId}/${scope}`);
  address.searchParams.set('X-Amz-Date', time);
  address.searchParams.set('X-Amz-Expires', '86400');
  address.searchParams.set('X-Amz-SignedHeaders', 'host');
  address.searchParams.sort();
  const query = address.search.slice(1).replaceAll('+', '%20');
  const canonical = [method, address.pathname, query, `host:${address.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join(
    '\n',
  );
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const key = scope
    .split('/')
    .reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${secretAccessKey}`,
    );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  return `${address.origin}${address.pathname}?${query}&X-Amz-Signature=${signature}`;
};
