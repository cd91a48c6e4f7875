import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error.ts';

/** Adds up bytes; gives the value as S3 writes it. */
export type Checksum = { add(chunk: Uint8Array): void; value(): string };

/** The checksum of a name (`crc32`, `crc32c`, `sha1`, `sha256`, `md5`), its value in base64. */
export const checksumOf = (name: string): Checksum => {
  if (name === 'crc32') return cyclic((chunk, value) => crc32(chunk, value));
  if (name === 'crc32c') return cyclic(crc32c);
  if (name !== 'sha1' && name !== 'sha256' && name !== 'md5') {
    throw new S3Error('NotImplemented', 501, `The checksum ${name} is not part of this server`);
  }
  const hash = createHash(name);
  return { add: (chunk) => void hash.update(chunk), value: () => hash.digest('base64') };
};

const cyclic = (step: (chunk: Uint8Array, value: number) => number): Checksum => {
  let value = 0;
  return {
    add: (chunk) => {
      value = step(chunk, value);
    },
    value: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value >>> 0);
      return bytes.toString('base64');
    },
  };
};

const CASTAGNOLI = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ CASTAGNOLI : value >>> 1;
  return value >>> 0;
});

const crc32c = (chunk: Uint8Array, start: number): number => {
  let value = ~start >>> 0;
  for (const byte of chunk) value = (TABLE[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
};
