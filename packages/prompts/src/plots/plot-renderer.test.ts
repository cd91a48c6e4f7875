import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { afterAll, expect, test } from 'vitest';
import { createPlotRenderer } from '../index.ts';
import { imageType } from '../image-type.ts';
import { drawPlot } from './draw-plot.ts';
import { palettePng } from './palette-png.ts';

const plots = createPlotRenderer({ threads: 1 });
afterAll(() => plots.close());

const wave = Array.from({ length: 700 }, (_, index) => 600 + 200 * Math.sin(index / 4));

const sizeOf = (png: Uint8Array): number[] => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

test('a plot is a PNG of the size for its points, small, and the same each time', async () => {
  const [first, second] = await Promise.all([plots.render(wave), plots.render(wave)]);
  expect(imageType(first)).toBe('image/png');
  expect(sizeOf(first)).toEqual([1500, 500]);
  expect(first.length).toBeLessThan(60_000);
  expect(sha256(first)).toBe(sha256(second));
});

test('other sizes can be asked for', async () => {
  expect(sizeOf(await plots.render([1, 2], { width: 300, height: 200 }))).toEqual([300, 200]);
});

test('a series without numbers is told apart from a failure of the machinery', async () => {
  await expect(plots.render([null])).rejects.toThrow(RangeError);
});

test('while plots are drawn, other work goes on', async () => {
  let turns = 0;
  let isDone = false;
  const drawn = Promise.all(Array.from({ length: 10 }, () => plots.render(wave))).then(() => (isDone = true));
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  count();
  await drawn;
  expect(turns).toBeGreaterThan(100);
});

test('drawn plots are freed while more are drawn', async () => {
  const before = process.memoryUsage.rss();
  for (let round = 0; round < 8; round += 1) await Promise.all(Array.from({ length: 10 }, () => plots.render(wave)));
  // Kept, the 80 pictures would be 500 MB.
  expect(process.memoryUsage.rss() - before).toBeLessThan(250_000_000);
});

test('a closed renderer refuses', async () => {
  const closed = createPlotRenderer({ threads: 1 });
  await closed.close();
  await expect(closed.render([1])).rejects.toThrow('closed');
});

test('the labels are drawn without any font of the system', () => {
  expect(darkPixels(drawPlot({ series: [1000, 2000], options: {} }), 45)).toBeGreaterThan(100);
});

test('the small PNG holds the very pixels', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="5" height="3"><rect width="5" height="3" fill="#fff"/><circle cx="2" cy="1" r="1" fill="#123456"/></svg>';
  const image = new Resvg(svg).render();
  const png = palettePng(image.pixels, image.width, image.height);
  if (png === null) throw new Error('expected a PNG');
  const embedded = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  const back = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="5" height="3"><image href="${embedded}" width="5" height="3"/></svg>`,
  );
  expect(back.render().pixels).toEqual(image.pixels);
});

test('pictures with transparency or many colours have no small PNG', () => {
  expect(palettePng(new Uint8Array([0, 0, 0, 128]), 1, 1)).toBeNull();
  const colourful = new Uint8Array(257 * 4).map((_, index) =>
    index % 4 === 3 ? 255 : index % 4 === 0 ? index / 4 : index >> 8,
  );
  expect(palettePng(colourful, 257, 1)).toBeNull();
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Dark pixels in the leftmost columns of one of our PNGs: the labels stand there, and nothing else. */
const darkPixels = (png: Uint8Array, columns: number): number => {
  const bytes = Buffer.from(png);
  const [width = 0] = sizeOf(png);
  const palette = chunk(bytes, 'PLTE');
  const lines = inflateSync(chunk(bytes, 'IDAT'));
  let dark = 0;
  for (const [at, index] of lines.entries()) {
    const column = (at % (width + 1)) - 1;
    const isInside = column >= 0 && column < columns;
    if (isInside && palette.subarray(index * 3, index * 3 + 3).every((part) => part < 60)) dark += 1;
  }
  return dark;
};

const chunk = (png: Buffer, type: string): Buffer => {
  const at = png.indexOf(type, 8, 'latin1');
  return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
};
