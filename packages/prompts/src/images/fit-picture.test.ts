import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { fitPicture } from './fit-picture.ts';
import { noise, upright } from '../testing/still-pictures.ts';

const half = ({ width, height }: { width: number; height: number }) => ({
  width: Math.ceil(width / 2),
  height: Math.ceil(height / 2),
});
const bytesOf = async (fitted: ReturnType<typeof fitPicture>): Promise<Uint8Array> => {
  const made = await fitted;
  if ('code' in made) throw new Error(made.what);
  return made.bytes;
};

describe('a picture that is larger than useful', () => {
  test.each(['png', 'jpeg', 'webp', 'gif'] as const)('%s is made smaller and keeps its format', async (format) => {
    const before = await noise(400, 300, format);
    const after = await bytesOf(fitPicture(before, `image/${format}`, half));
    expect(after.length).toBeLessThan(before.length);
    expect(await sharp(after).metadata()).toMatchObject({ format, width: 200, height: 150 });
  });

  test('gives the same bytes each time', async () => {
    const before = await noise(500, 500, 'jpeg');
    const [first, second] = await Promise.all([1, 2].map(() => bytesOf(fitPicture(before, 'image/jpeg', half))));
    expect(first).toEqual(second);
  });

  test.each([1, 3, 6, 8])('stands upright afterwards, EXIF orientation %i', async (orientation) => {
    // red above blue for whoever turns it as its EXIF data ask for
    const before = await upright(400, 200, orientation);
    const sizes: object[] = [];
    const after = await bytesOf(
      fitPicture(before, 'image/jpeg', (size) => {
        sizes.push(size);
        return half(size);
      }),
    );
    expect(sizes).toEqual([{ width: 400, height: 200 }]);
    const { data, info } = await sharp(after).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([200, 100]);
    const [red = 0, , blue = 0] = data;
    expect(red).toBeGreaterThan(blue);
    expect(data.at(-3)).toBeLessThan(data.at(-1) ?? 0);
    expect((await sharp(after).metadata()).orientation).toBeUndefined();
  });

  test('keeps its transparency', async () => {
    const before = await sharp({ create: { width: 64, height: 64, channels: 4, background: '#0f08' } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    expect((await sharp(await bytesOf(fitPicture(before, 'image/png', half))).metadata()).hasAlpha).toBe(true);
  });
});

describe('a picture is left as it is, byte for byte,', () => {
  test('where it is no larger than useful', async () => {
    const before = await noise(100, 80, 'jpeg');
    expect(await fitPicture(before, 'image/jpeg', (size) => size)).toEqual({ bytes: before });
  });

  test('where the smaller one would have more bytes', async () => {
    const before = await sharp({ create: { width: 800, height: 800, channels: 3, background: '#123' } })
      .png({ palette: true, colours: 2 })
      .toBuffer();
    const fitted = await fitPicture(before, 'image/png', () => ({ width: 799, height: 799 }));
    expect(fitted).toEqual({ bytes: before });
  });
});

describe('a picture that cannot be made smaller is told as what it is', () => {
  test('damaged', async () => {
    const before = await noise(400, 300, 'jpeg');
    expect(await fitPicture(before.subarray(0, 2000), 'image/jpeg', half)).toMatchObject({ code: 'image-damaged' });
    expect(await fitPicture(Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'image/jpeg', half)).toMatchObject({
      code: 'image-damaged',
      what: expect.stringContaining('cannot be decoded') as string,
    });
  });

  test('a few bytes that claim to be billions of pixels are never decoded', async () => {
    const bomb = Buffer.from(
      await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    );
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    const fitted = await fitPicture(bomb, 'image/png', () => ({ width: 768, height: 768 }));
    expect(fitted).toEqual({
      code: 'image-too-large',
      what: 'has 60000 × 60000 pixels; at most 120 million can be made smaller',
    });
  });
});
