import { DIGEST_BYTES } from './digest.ts';

/** Where the result line for a digest stands: `file` is a position in the index's list of blobs, the rest is bytes. */
export type Place = { file: number; start: number; bytes: number };
export type Entry = Place & { digest: Uint8Array };

/** Digest, file, start, bytes: big-endian, so that entries in the order of their bytes are in the order of these. */
export const ENTRY_BYTES = 32;
const FILE_AT = DIGEST_BYTES;
const START_AT = FILE_AT + 4;
const BYTES_AT = START_AT + 8;

export const writeEntry = (target: Buffer, at: number, { digest, file, start, bytes }: Entry): void => {
  target.set(digest.subarray(0, DIGEST_BYTES), at);
  target.writeUInt32BE(file, at + FILE_AT);
  target.writeBigUInt64BE(BigInt(start), at + START_AT);
  target.writeUInt32BE(bytes, at + BYTES_AT);
};

export const placeAt = (entries: Buffer, at: number): Place => ({
  file: entries.readUInt32BE(at + FILE_AT),
  start: Number(entries.readBigUInt64BE(at + START_AT)),
  bytes: entries.readUInt32BE(at + BYTES_AT),
});

/** Orders two records by their first `words` words of four bytes; below 0 where `a` comes first. */
export const compareWords = (a: DataView, atA: number, b: DataView, atB: number, words: number): number => {
  for (let word = 0; word < words; word += 1) {
    const difference = a.getUint32(atA + word * 4) - b.getUint32(atB + word * 4);
    if (difference !== 0) return difference;
  }
  return 0;
};

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
