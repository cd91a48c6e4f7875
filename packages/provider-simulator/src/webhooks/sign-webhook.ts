import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** The headers of the Standard Webhooks scheme: HMAC-SHA256 over `id.timestamp.body`. */
export const webhookHeaders = (
  id: string,
  timestampSeconds: number,
  body: string,
  secret: string,
): Record<string, string> => {
  const key = secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);
  const signature = createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': `v1,${signature}`,
  };
};
