import { constants, crc32, deflateSync } from 'node:zlib';

/**
 * A PNG with one byte per pixel, for pictures without transparency and with at most 256 colours; null for all others.
 * Without loss, a third of the size of one with four bytes per pixel, and made in a third of the time.
 */
export const palettePng = (rgba: Uint8Array, width: number, height: number): Uint8Array | null => {
  const filtered = filterLines(rgba, width, height);
  if (filtered === null) return null;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([BITS_PER_PIXEL, PALETTE_COLOUR, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', filtered.palette),
    // What the filter leaves are runs of zeros: to look for more takes several times as long and finds nothing.
    chunk('IDAT', deflateSync(filtered.lines, { strategy: constants.Z_RLE })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BITS_PER_PIXEL = 8;
const PALETTE_COLOUR = 3;
const MAX_COLOURS = 256;
/** The filter of a line whose bytes are differences to the line above. */
const UP = 2;

type Filtered = { palette: Uint8Array; lines: Uint8Array };

/** Each pixel as the place of its colour in the palette, less that of the pixel above it. */
const filterLines = (rgba: Uint8Array, width: number, height: number): Filtered | null => {
  const pixels = wordsOf(rgba);
  const places = new Map<number, number>();
  const placeOf = (colour: number): number => {
    let place = places.get(colour);
    if (place === undefined) {
      place = places.size;
      places.set(colour, place);
    }
    return place;
  };
  const lines = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const line = lines.subarray(y * (width + 1), (y + 1) * (width + 1));
    line[0] = UP;
    if (y > 0) filterLine(line, pixels, y * width, placeOf);
    else for (let x = 0; x < width; x += 1) line[x + 1] = placeOf(at(pixels, x));
    if (places.size > MAX_COLOURS) return null;
  }
  const colours = new Uint8Array(Int32Array.from(places.keys()).buffer);
  const isOpaque = colours.every((part, index) => index % 4 !== 3 || part === 0xff);
  return isOpaque ? { palette: colours.filter((_, index) => index % 4 !== 3), lines } : null;
};

/** `start` is the first pixel of the line. Four pixels are compared at a time, since most are as the one above. */
const filterLine = (line: Uint8Array, pixels: Int32Array, start: number, placeOf: (colour: number) => number): void => {
  const width = line.length - 1;
  let x = 0;
  while (x < width) {
    const pixel = start + x;
    if (x + 4 <= width && differenceOfFour(pixels, pixel, pixel - width) === 0) {
      x += 4;
      continue;
    }
    for (const end = Math.min(x + 4, width); x < end; x += 1) {
      const colour = at(pixels, start + x);
      const above = at(pixels, start + x - width);
      if (colour !== above) line[x + 1] = placeOf(colour) - placeOf(above);
    }
  }
};

/** Zero where four pixels are the same as four others. */
const differenceOfFour = (pixels: Int32Array, a: number, b: number): number =>
  (at(pixels, a) ^ at(pixels, b)) |
  (at(pixels, a + 1) ^ at(pixels, b + 1)) |
  (at(pixels, a + 2) ^ at(pixels, b + 2)) |
  (at(pixels, a + 3) ^ at(pixels, b + 3));

const at = (pixels: Int32Array, index: number): number => pixels[index] ?? 0;

const wordsOf = (rgba: Uint8Array): Int32Array => {
  const aligned = rgba.byteOffset % 4 === 0 ? rgba : rgba.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 4));
};

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
