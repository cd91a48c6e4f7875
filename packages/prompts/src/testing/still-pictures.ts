import { Buffer } from 'node:buffer';
import sharp from 'sharp';

/** Pixels without a pattern, the same for the same size: they compress badly. */
export const noise = (width: number, height: number, format: 'png' | 'jpeg' | 'webp' | 'gif'): Promise<Buffer> => {
  let state = 1;
  const pixels = Buffer.from(
    Array.from({ length: width * height * 3 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state >> 16;
    }),
  );
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
};

/** A JPEG that is red above blue once it is turned as its EXIF orientation asks for. */
export const upright = async (width: number, height: number, orientation: number): Promise<Buffer> => {
  const half = { width, height: height / 2, channels: 3 as const };
  const blue = await sharp({ create: { ...half, background: '#00f' } })
    .png()
    .toBuffer();
  const seen = await sharp({ create: { width, height, channels: 3, background: '#f00' } })
    .composite([{ input: blue, left: 0, top: height / 2 }])
    .png()
    .toBuffer();
  const backwards = { 1: 0, 3: 180, 6: 270, 8: 90 }[orientation] ?? 0;
  return sharp(seen).rotate(backwards).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer();
};
