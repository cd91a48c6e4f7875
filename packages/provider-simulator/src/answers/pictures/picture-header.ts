export type PictureFormat = 'png' | 'jpeg' | 'gif' | 'webp';
export type PictureHeader = { format: PictureFormat; width: number; height: number };

/** Format and size from the first bytes, without decoding; null where they are not those of a known format. */
export const readPictureHeader = (bytes: Buffer): PictureHeader | null => {
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89_50_4e_47) {
    return { format: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (bytes.length >= 10 && bytes.toString('latin1', 0, 4) === 'GIF8') {
    return { format: 'gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  }
  if (bytes.length >= 30 && bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') {
    return webpHeader(bytes);
  }
  if (bytes.length >= 4 && bytes.readUInt16BE(0) === 0xff_d8) return jpegHeader(bytes);
  return null;
};

const webpHeader = (bytes: Buffer): PictureHeader | null => {
  const chunk = bytes.toString('latin1', 12, 16);
  if (chunk === 'VP8X') {
    return { format: 'webp', width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  }
  if (chunk === 'VP8L') {
    const bits = bytes.readUInt32LE(21);
    return { format: 'webp', width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
  }
  if (chunk === 'VP8 ') {
    return { format: 'webp', width: bytes.readUInt16LE(26) & 0x3f_ff, height: bytes.readUInt16LE(28) & 0x3f_ff };
  }
  return null;
};

/** Frame headers C0…CF carry the size, but for C4, C8 and CC, which are tables. */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const jpegHeader = (bytes: Buffer): PictureHeader | null => {
  let position = 2;
  while (position + 9 < bytes.length) {
    if (bytes[position] !== 0xff) return null;
    const marker = bytes[position + 1] ?? 0;
    if (isFrameHeader(marker)) {
      return { format: 'jpeg', height: bytes.readUInt16BE(position + 5), width: bytes.readUInt16BE(position + 7) };
    }
    position += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(position + 2);
  }
  return null;
};
