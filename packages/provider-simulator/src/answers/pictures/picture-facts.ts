import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { describeColours } from './describe-colours.ts';
import { readPictureHeader } from './picture-header.ts';
import type { PictureFormat } from './picture-header.ts';
import { trendOf } from './trend-of.ts';
import type { Trend } from './trend-of.ts';

export type PictureFacts = {
  format: PictureFormat;
  width: number;
  height: number;
  /** Most frequent first; empty for formats that are not decoded. */
  colours: readonly string[];
  /** Where a line on a plain ground could be followed. */
  trend: Trend | null;
};

/** RGBA, 4 bytes a pixel. */
export type Pixels = { width: number; height: number; data: Uint8Array };

/** Decodes PNG (with its checksums) and JPEG wholly; of GIF and WebP the header is read. null: no picture. */
export const pictureFacts = (bytes: Buffer): PictureFacts | null => {
  const header = readPictureHeader(bytes);
  if (header === null || header.width === 0 || header.height === 0) return null;
  if (header.format === 'gif' || header.format === 'webp') return { ...header, colours: [], trend: null };
  const pixels = decode(bytes, header.format);
  if (pixels === null) return null;
  const { names, ground, line } = describeColours(pixels);
  return {
    format: header.format,
    width: pixels.width,
    height: pixels.height,
    colours: names,
    trend: line === null ? null : trendOf(pixels, ground, line),
  };
};

const decode = (bytes: Buffer, format: 'png' | 'jpeg'): Pixels | null => {
  try {
    return format === 'png'
      ? PNG.sync.read(bytes, { checkCRC: true })
      : jpeg.decode(bytes, { useTArray: true, tolerantDecoding: false });
  } catch {
    // The decoders throw plain errors for whatever is wrong with the bytes.
    return null;
  }
};
