import type { PictureType } from './content-type.ts';

/** Pixels, as they are seen: after the turn that the picture's EXIF data ask for. */
export type PictureSize = { width: number; height: number };

export type Fitted = { bytes: Uint8Array } | { code: 'image-too-large' | 'image-damaged'; what: string };

/** A picture of a few bytes can claim to be as large as it likes; decoding one of these takes some 400 MB at worst. */
const MAX_PIXELS = 120_000_000;

/**
 * A picture in its useful size, in its own format and upright; the bytes as they were where it is no larger, or where they are
 * fewer. The same bytes give the same bytes. Decoded in threads of its own.
 */
export const fitPicture = async (
  bytes: Uint8Array,
  type: PictureType,
  useful: (size: PictureSize) => PictureSize,
): Promise<Fitted> => {
  const sharp = await loadSharp();
  try {
    const { autoOrient: size } = await sharp(bytes, { limitInputPixels: false }).metadata();
    const target = useful(size);
    if (target.width >= size.width && target.height >= size.height) return { bytes };
    if (size.width * size.height > MAX_PIXELS) {
      const what = `has ${size.width} × ${size.height} pixels; at most ${MAX_PIXELS / 1e6} million can be made smaller`;
      return { code: 'image-too-large', what };
    }
    const smaller = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize({ ...target, fit: 'fill' })
      .toFormat(FORMATS[type].format, FORMATS[type].options)
      .toBuffer();
    return { bytes: smaller.length < bytes.length ? smaller : bytes };
  } catch (error) {
    return { code: 'image-damaged', what: `cannot be decoded: ${firstLine(error)}` };
  }
};

/** High enough that a model sees no difference. */
const QUALITY = 90;

const FORMATS = {
  'image/png': { format: 'png', options: { compressionLevel: 9 } },
  'image/jpeg': { format: 'jpeg', options: { quality: QUALITY } },
  'image/webp': { format: 'webp', options: { quality: QUALITY } },
  'image/gif': { format: 'gif', options: {} },
} as const;

let loaded: Promise<typeof import('sharp').default> | undefined;

/** Most processes never see a picture. One thread a picture and no cache: many are worked on at once, and none twice. */
const loadSharp = (): Promise<typeof import('sharp').default> => {
  loaded ??= import('sharp').then(({ default: sharp }) => {
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return loaded;
};

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
