export type ImageSize = { width: number; height: number };

/** A picture behind an address is not fetched for an estimate. */
export const ASSUMED_SIZE: ImageSize = { width: 1024, height: 1024 };

/** Most sizes stand in the first bytes; a JPEG may carry a long preview before its own. */
const SHORT_HEADER_BYTES = 48;
const LONG_HEADER_BYTES = 256 * 1024;

/** Width and height by the header of a PNG, JPEG, GIF or WebP in a data URL; 1024 × 1024 for everything else. */
export const imageSizeOf = (url: string): ImageSize => {
  const comma = url.startsWith('data:') ? url.indexOf(',') : -1;
  if (comma < 0 || !url.slice(0, comma).endsWith(';base64')) return ASSUMED_SIZE;
  const first = decode(url, comma + 1, SHORT_HEADER_BYTES);
  const size =
    pngSize(first) ?? gifSize(first) ?? webpSize(first) ?? jpegSize(decode(url, comma + 1, LONG_HEADER_BYTES));
  return size !== null && size.width > 0 && size.height > 0 ? size : ASSUMED_SIZE;
};

const decode = (url: string, start: number, bytes: number): Buffer =>
  Buffer.from(url.slice(start, start + Math.ceil(bytes / 3) * 4), 'base64');

const pngSize = (bytes: Buffer): ImageSize | null =>
  bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47
    ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : null;

const gifSize = (bytes: Buffer): ImageSize | null =>
  bytes.length >= 10 && bytes.toString('latin1', 0, 4) === 'GIF8'
    ? { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
    : null;

const webpSize = (bytes: Buffer): ImageSize | null => {
  if (bytes.length < 30 || bytes.toString('latin1', 8, 12) !== 'WEBP') return null;
  const format = bytes.toString('latin1', 12, 16);
  if (format === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (format === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (format !== 'VP8L') return null;
  const packed = bytes.readUInt32LE(21);
  return { width: (packed & 0x3fff) + 1, height: ((packed >> 14) & 0x3fff) + 1 };
};

/** Walks the segments to the first frame header (SOF0…SOF15 without the tables among them). */
const jpegSize = (bytes: Buffer): ImageSize | null => {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
  let offset = 2;
  while (offset + 9 < bytes.length) {
    if (bytes[offset] !== 0xff) return null;
    const marker = bytes[offset + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: bytes.readUInt16BE(offset + 5), width: bytes.readUInt16BE(offset + 7) };
    offset += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(offset + 2);
  }
  return null;
};
