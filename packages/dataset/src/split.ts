import { createHash } from 'node:crypto';
import type { Split } from '@batchmill/contracts';
import { permutedSplits } from './split-permuted.ts';

/**
 * Gives each row its split; to be asked once per row, in source order.
 * @param rows how many there will be; only a method that permutes all rows looks at it
 */
export const openSplitter = (split: Split, rows: number): ((key: string) => string) => {
  const { method = 'hash' } = split;
  if (method === 'hash') return (key) => splitOf(split, key);
  const numbers = new Uint16Array(rows);
  const names: string[] = [];
  for (const [name, positions] of permutedSplits({ ...split, method }, rows)) {
    for (const position of positions) numbers[position] = names.length;
    names.push(name);
  }
  let position = 0;
  return () => {
    const number = numbers[position];
    if (number === undefined) throw new RangeError(`there are more rows than the ${rows} that were split`);
    position += 1;
    return names[number] ?? '';
  };
};

const HASH_BYTES = 6;

/**
 * The split a row belongs to, from its key alone: rows may come, go and change order without moving others.
 * The first 6 bytes of SHA-256 over `<seed>:<key>` (UTF-8), as a big-endian number divided by 2^48, give a
 * place in [0, 1); the shares in their order divide that range.
 */
const splitOf = (split: Split, key: string): string => {
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
