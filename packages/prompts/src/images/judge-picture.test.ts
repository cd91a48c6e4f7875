import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { judgePicture } from './judge-picture.ts';
import { apng, gif, webpAnimation } from '../testing/moving-pictures.ts';

const still = (format: 'png' | 'jpeg' | 'webp' | 'gif') =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#c03' } })
    .toFormat(format)
    .toBuffer();

const box = (...brands: string[]): Buffer => {
  const [major = '', ...others] = brands;
  const size = Buffer.alloc(4);
  size.writeUInt32BE(16 + 4 * others.length);
  return Buffer.concat([size, Buffer.from(`ftyp${major}\0\0\0\0${others.join('')}`, 'latin1'), Buffer.alloc(40)]);
};

describe('a picture that models take is known by its content', () => {
  test.each(['png', 'jpeg', 'webp', 'gif'] as const)('%s', async (format) => {
    const bytes = await still(format);
    expect(judgePicture(bytes)).toEqual({ type: `image/${format}` });
    expect(judgePicture(bytes.subarray(0, 60), false)).toEqual({ type: `image/${format}` });
  });

  test.each([
    ['a GIF of one frame that says it loops', gif(1), 'image/gif'],
    ['a PNG animation of one frame', apng(1), 'image/png'],
    ['a WebP animation of one frame', webpAnimation(1), 'image/webp'],
  ])('%s', (_, bytes, type) => {
    expect(judgePicture(bytes)).toEqual({ type });
  });
});

describe('a picture with several frames is refused', () => {
  test.each([
    ['a GIF', gif(2), 'is a GIF with several frames'],
    ['a GIF of 50 frames', gif(50), 'is a GIF with several frames'],
    ['a PNG animation', apng(3), 'is a PNG animation (APNG) with several frames'],
    ['a WebP animation', webpAnimation(2), 'is a WebP animation with several frames'],
  ])('%s', (_, bytes, what) => {
    expect(judgePicture(bytes)).toEqual({ code: 'image-animated', what: expect.stringContaining(what) as string });
  });

  test('also by its beginning alone, as soon as that proves it', () => {
    expect(judgePicture(gif(50).subarray(0, 200), false)).toMatchObject({ code: 'image-animated' });
    expect(judgePicture(apng(3).subarray(0, 60), false)).toMatchObject({ code: 'image-animated' });
    expect(judgePicture(webpAnimation(2).subarray(0, 60), false)).toMatchObject({ code: 'image-animated' });
    expect(judgePicture(gif(2).subarray(0, 30), false)).toEqual({ type: 'image/gif' });
  });
});

describe('what is no picture that models take is refused, and named', () => {
  test.each<[string, Uint8Array]>([
    ['is empty', Buffer.alloc(0)],
    ['is an SVG drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['is an SVG drawing', Buffer.from('\uFEFF<?xml version="1.0"?>\n<!-- <html> -->\n<svg:svg>')],
    ['is an SVG drawing', Buffer.from('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [<!ENTITY a "b">]><svg>')],
    ['is an SVG drawing', Buffer.from('\uFEFF<svg/>', 'utf16le')],
    ['is a web page (HTML)', Buffer.from('\n<!DOCTYPE html><html><body><svg/></body></html>')],
    ['is a text with markup (XML)', Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
    ['is JSON', Buffer.from('{"error": "not found"}')],
    ['is a video (MP4)', box('isom', 'iso2', 'avc1', 'mp41')],
    ['is a video (QuickTime)', box('qt  ')],
    ['is a video (QuickTime)', Buffer.from('\0\0\0\x08wide\0\0\0\0mdat')],
    ['is a video (3GP)', box('3gp4')],
    ['is a HEIC picture', box('heic', 'mif1')],
    ['is a HEIC picture', box('mif1', 'heic')],
    ['is an AVIF picture', box('mif1', 'avif', 'miaf')],
    ['is a video (WebM or Matroska)', Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 1, 2])],
    ['is a video (AVI)', Buffer.from('RIFF1234AVI LIST')],
    ['is a PDF document', Buffer.from('%PDF-1.7')],
    ['is a TIFF picture', Buffer.from('II*\0')],
    ['is a BMP picture', Buffer.from('BM1234\0\0\0\0')],
    ['is no picture', Buffer.from('BMW is a car')],
    ['is no picture', Buffer.from('hello')],
    ['is no picture', Buffer.from([0xff, 0xd8])],
  ])('%s', (what, bytes) => {
    expect(judgePicture(bytes)).toEqual({
      code: 'image-not-a-picture',
      what: expect.stringContaining(what) as string,
    });
  });
});
