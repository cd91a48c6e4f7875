import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { answersInTest, bodyWith } from './answers-in-test.ts';

/** A white picture with a blue line from one height to another (0 the bottom, 1 the top). */
const chart = (from: number, to: number, width = 120, height = 80): Buffer => {
  const png = new PNG({ width, height });
  png.data.fill(255);
  for (let x = 0; x < width; x += 1) {
    const middle = Math.round((1 - (from + ((to - from) * x) / width)) * (height - 6)) + 2;
    for (let y = middle - 1; y <= middle + 1; y += 1) png.data.set([31, 119, 180, 255], 4 * (y * width + x));
  }
  return PNG.sync.write(png);
};

const dataUrl = (bytes: Buffer, type = 'png'): string => `data:image/${type};base64,${bytes.toString('base64')}`;
const picture = (url: string, detail?: string) => ({
  type: 'image_url',
  image_url: { url, ...(detail ? { detail } : {}) },
});
const withPicture = (url: string) => bodyWith([{ type: 'text', text: 'Describe the chart' }, picture(url)]);

describe('an answer to a picture', () => {
  it.each([
    [0.1, 0.9, 'rises'],
    [0.9, 0.1, 'falls'],
    [0.5, 0.5, 'stays level'],
  ])('tells size, colours and that a line from %d to %d %s', async (from, to, trend) => {
    await using answers = answersInTest();
    const text = await answers.text(withPicture(dataUrl(chart(from, to))));
    expect(text).toContain(
      `The picture is 120 × 80 pixels, mostly white with blue; its line ${trend} from left to right.`,
    );
  });

  it('decodes JPEG', async () => {
    await using answers = answersInTest();
    const { data, width, height } = PNG.sync.read(chart(0.1, 0.9));
    const bytes = Buffer.from(jpeg.encode({ data, width, height }, 90).data);
    expect(await answers.text(withPicture(dataUrl(bytes, 'jpeg')))).toContain('120 × 80 pixels, mostly white');
  });

  it('knows the size of GIF and WebP', async () => {
    await using answers = answersInTest();
    const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.from([7, 0, 5, 0, 0, 0, 0])]);
    expect(await answers.text(withPicture(dataUrl(gif, 'gif')))).toContain('7 × 5 pixels');
    const webp = Buffer.alloc(30);
    webp.write('RIFF', 0);
    webp.write('WEBPVP8X', 8);
    webp.writeUIntLE(99, 24, 3);
    webp.writeUIntLE(49, 27, 3);
    expect(await answers.text(withPicture(dataUrl(webp, 'webp')))).toContain('100 × 50 pixels');
  });

  it('names a picture at a URL by its file name, without fetching it', async () => {
    await using answers = answersInTest();
    const text = await answers.text(withPicture('https://nowhere.invalid/pictures/old%20mill.png?size=2'));
    expect(text).toContain('The picture is "old mill.png".');
  });

  it('speaks of each of several pictures', async () => {
    await using answers = answersInTest();
    const parts = [picture(dataUrl(chart(0, 1))), picture('https://x.invalid/b.png')];
    const text = await answers.text(bodyWith([{ type: 'text', text: 'Compare' }, ...parts]));
    expect(text).toMatch(/Picture 1 is 120 × 80.*Picture 2 is "b\.png"/);
  });

  it.each([
    ['a flipped bit', (bytes: Buffer) => bytes.fill(bytes.readUInt8(60) ^ 1, 60, 61)],
    ['the end missing', (bytes: Buffer) => bytes.subarray(0, bytes.length - 30)],
    ['other bytes', () => Buffer.from('this is no picture at all, whatever its type says')],
    ['nothing', () => Buffer.alloc(0)],
  ])('is a 400 for a picture with %s', async (_name, damage) => {
    await using answers = answersInTest();
    expect(await answers.ask(withPicture(dataUrl(damage(chart(0, 1)))))).toMatchObject({
      ok: false,
      problem: { status: 400, code: 'invalid_image_format', message: expect.stringMatching(/unsupported image/) },
    });
  });

  it('counts its tokens by tiles or patches and detail', async () => {
    await using answers = answersInTest();
    const tokens = async (model: string, detail?: string): Promise<number> => {
      const url = dataUrl(chart(0, 1, 1_024, 1_024));
      const answer = await answers.ask({ ...bodyWith([picture(url, detail)]), model });
      return answer.ok ? answer.promptTokens - 6 : 0;
    };
    expect(await tokens('gpt-4o')).toBe(765);
    expect(await tokens('gpt-4o', 'low')).toBe(85);
    expect(await tokens('gpt-5.4', 'high')).toBe(1_229);
  });
});
