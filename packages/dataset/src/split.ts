import { createHash } from 'node:crypto';
import type { Split } from '@batchmill/contracts';

const HASH_BYTES = 6;

/**
 * The split a row belongs to, from its key alone: rows may come, go and change order without moving others.
 * The first 6 bytes of SHA-256 over `<seed>:<key>` (UTF-8), as a big-endian number divided by 2^48, give a
 * place in [0, 1); the shares in their order divide that range.
 */
export const splitOf = (split: Split, key: string): string => {
  const place =
    createHash('sha256').update(`${split.seed}:${key}`, 'utf8').digest().readUIntBE(0, HASH_BYTES) /
    2 ** (8 * HASH_BYTES);
  let end = 0;
  for (const { name, share } of split.shares) {
    end += share;
    if (place < end) return name;
  }
  // Shares such as 0.1 + 0.2 + 0.7 add up to a little less than 1.
  return split.shares.at(-1)?.name ?? '';
};
