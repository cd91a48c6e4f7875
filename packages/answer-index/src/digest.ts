import { createHash } from 'node:crypto';

export const DIGEST_BYTES = 16;

/** What is asked of whom: a request with the same digest has the same answer to expect. `body` is its JSON as sent. */
export const requestDigest = (asked: { provider: string; endpoint: string }, body: string | Uint8Array): Buffer =>
  createHash('sha256')
    .update(`request\n${asked.provider}\n${asked.endpoint}\n`)
    .update(body)
    .digest()
    .subarray(0, DIGEST_BYTES);

/** The row of a stage, for answers that come with the row's key. */
export const keyDigest = (stage: string, key: string): Buffer =>
  createHash('sha256').update(`key\n${stage}\n${key}`).digest().subarray(0, DIGEST_BYTES);
