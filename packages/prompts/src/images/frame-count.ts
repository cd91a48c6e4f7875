import type { PictureType } from './content-type.ts';

/** Whether a picture has one frame or many; `unknown` where only its beginning is there and does not tell. */
export type Frames = 'one' | 'many' | 'unknown';

/** Reads the structure of the file and decodes nothing. */
export const framesOf = (type: PictureType, bytes: Uint8Array, isWhole: boolean): Frames => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'image/gif') return gifFrames(view, isWhole);
  if (type === 'image/webp') return webpFrames(view, isWhole);
  if (type === 'image/png') return pngFrames(view, isWhole);
  return 'one';
};

const GIF_IMAGE = 0x2c;
const GIF_EXTENSION = 0x21;

const gifFrames = (bytes: Buffer, isWhole: boolean): Frames => {
  let at = 13 + colourTable(bytes[10]);
  let frames = 0;
  while (at < bytes.length) {
    const block = bytes[at];
    if (block === GIF_IMAGE) {
      frames += 1;
      if (frames > 1) return 'many';
      at = afterSubBlocks(bytes, at + 10 + colourTable(bytes[at + 9]) + 1);
    } else if (block === GIF_EXTENSION) at = afterSubBlocks(bytes, at + 2);
    // its end, or what no reader understands
    else return 'one';
  }
  return isWhole ? 'one' : 'unknown';
};

/** Bytes of a colour table by its flags: the first bit says that there is one, the last three its size. */
const colourTable = (flags = 0): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1));

const afterSubBlocks = (bytes: Buffer, start: number): number => {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
};

/** Chunks of four letters, a length in little-endian order, and a filling byte after an odd one. */
const webpFrames = (bytes: Buffer, isWhole: boolean): Frames => {
  let frames = 0;
  let isAnimated = false;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    if (name === 'ANIM') isAnimated = true;
    if (name === 'ANMF') frames += 1;
    if (frames > 1) return 'many';
    const size = bytes.readUInt32LE(at + 4);
    at += 8 + size + (size % 2);
  }
  // one that is cut says of itself that it moves
  return isAnimated && !isWhole ? 'many' : 'one';
};

/** An animation says before its first pixels how many frames it has. */
const pngFrames = (bytes: Buffer, isWhole: boolean): Frames => {
  for (let at = 8; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (name === 'IDAT') return 'one';
    if (name === 'acTL' && at + 12 <= bytes.length) return bytes.readUInt32BE(at + 8) > 1 ? 'many' : 'one';
    at += 12 + bytes.readUInt32BE(at);
  }
  return isWhole ? 'one' : 'unknown';
};
