import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { createPlotRenderer, plotSvg } from '../index.ts';
import type { PlotLine, PlotOptions, Series } from '../index.ts';
import { judgePicture } from '../images/judge-picture.ts';
import { drawPlot } from './draw-plot.ts';
import { palettePng } from './palette-png.ts';
import { rasterise } from './rasterise.ts';

const plots = createPlotRenderer({ threads: 1 });
afterAll(() => plots.close());

const lineOf = (series: Series): PlotLine[] => [{ name: 'series', series }];
const wave = Array.from({ length: 700 }, (_, index) => 600 + 200 * Math.sin(index / 4));

const sizeOf = (png: Uint8Array): number[] => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

test('a plot is a PNG of the size for its points, small, and the same each time', async () => {
  const [first, second] = await Promise.all([plots.render(lineOf(wave)), plots.render(lineOf(wave))]);
  expect(judgePicture(first)).toEqual({ type: 'image/png' });
  expect(sizeOf(first)).toEqual([1500, 500]);
  expect(first.length).toBeLessThan(60_000);
  expect(sha256(first)).toBe(sha256(second));
});

test('threads and processes do not matter: the same input gives the same bytes', async () => {
  const others = createPlotRenderer({ threads: 2 });
  const lines: PlotLine[] = [
    { name: 'wave', series: wave },
    { name: 'gaps', series: wave.map((value, index) => (index % 7 === 0 ? null : value / 2)) },
  ];
  const options: PlotOptions = { title: 'Two lines', xLabel: 'Hours', yLabel: '°C', width: 640, height: 320 };
  for (const format of ['png', 'svg'] as const) {
    const pictures = await Promise.all([
      plots.render(lines, options, format),
      ...Array.from({ length: 4 }, () => others.render(lines, options, format)),
    ]);
    expect(new Set(pictures.map(sha256)).size).toBe(1);
  }
  await others.close();
});

test('an SVG is the drawing itself', async () => {
  const svg = await plots.render(lineOf([1, 2]), { title: 'T' }, 'svg');
  expect(Buffer.from(svg).toString()).toBe(plotSvg(lineOf([1, 2]), { title: 'T' }));
});

test('other sizes can be asked for', async () => {
  expect(sizeOf(await plots.render(lineOf([1, 2]), { width: 300, height: 200 }))).toEqual([300, 200]);
});

test('a series without numbers is told apart from a failure of the machinery', async () => {
  await expect(plots.render(lineOf([null]))).rejects.toThrow(RangeError);
});

test('while plots are drawn, other work goes on', async () => {
  let turns = 0;
  let isDone = false;
  const drawn = Promise.all(Array.from({ length: 10 }, () => plots.render(lineOf(wave)))).then(() => (isDone = true));
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
  for (let round = 0; round < 8; round += 1)
    await Promise.all(Array.from({ length: 10 }, () => plots.render(lineOf(wave))));
  // Kept, the 80 pictures would be 500 MB.
  expect(process.memoryUsage.rss() - before).toBeLessThan(250_000_000);
});

test('a closed renderer refuses', async () => {
  const closed = createPlotRenderer({ threads: 1 });
  await closed.close();
  await expect(closed.render(lineOf([1]))).rejects.toThrow('closed');
});

test('the labels are drawn without any font of the system', () => {
  expect(darkPixels(drawPlot({ lines: lineOf([1000, 2000]), options: {}, format: 'png' }), 45)).toBeGreaterThan(100);
});

test('the small PNG holds the very pixels, whatever they are', () => {
  const colour = fc.constantFrom(0xffffffff, 0xff000000, 0xff123456, 0xff00ff00);
  const picture = fc.tuple(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 9 })).chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      words: fc.array(colour, { minLength: width * height, maxLength: width * height }),
    }),
  );
  fc.assert(
    fc.property(picture, ({ width, words }) => {
      const height = words.length / width;
      const rgba = new Uint8Array(Uint32Array.from(words).buffer);
      const png = palettePng(rgba, width, height);
      if (png === null) throw new Error('expected a PNG');
      expect(new Uint8Array(pixelsOf(png, width, height))).toEqual(rgba);
    }),
    { numRuns: 50 },
  );
});

test('lines that cross many times make a small PNG too, with nearly the same pixels', () => {
  const lines = [3, 4, 5].map((pace) => ({
    name: `pace ${pace}`,
    series: Array.from({ length: 700 }, (_, index) => Math.sin(index / pace)),
  }));
  const { pixels, width, height } = rasterise(plotSvg(lines));
  expect(palettePng(pixels, width, height)).toBeNull();
  const png = drawPlot({ lines, options: {}, format: 'png' });
  expect(png.length).toBeLessThan(rasterise(plotSvg(lines)).asPng().length / 2);
  const drawn = pixelsOf(png, width, height);
  const furthest = pixels.reduce((most, part, index) => Math.max(most, Math.abs(part - (drawn[index] ?? 0))), 0);
  expect(furthest).toBeLessThanOrEqual(255 / 9 / 2);
});

test('pictures with transparency or many colours have no small PNG', () => {
  expect(palettePng(new Uint8Array([0, 0, 0, 128]), 1, 1)).toBeNull();
  const colourful = new Uint8Array(257 * 4).map((_, index) =>
    index % 4 === 3 ? 255 : index % 4 === 0 ? index / 4 : index >> 8,
  );
  expect(palettePng(colourful, 257, 1)).toBeNull();
});

const pixelsOf = (png: Uint8Array, width: number, height: number): Uint8Array => {
  const href = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  const image = `<image href="${href}" width="${width}" height="${height}" image-rendering="optimizeSpeed"/>`;
  return rasterise(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`).pixels;
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Dark pixels in the leftmost columns of one of our PNGs: the labels stand there, and nothing else. */
const darkPixels = (png: Uint8Array, columns: number): number => {
  const bytes = Buffer.from(png);
  const [width = 0] = sizeOf(png);
  const palette = chunk(bytes, 'PLTE');
  const lines = unfiltered(inflateSync(chunk(bytes, 'IDAT')), width + 1);
  let dark = 0;
  for (const [at, index] of lines.entries()) {
    const column = (at % (width + 1)) - 1;
    const isInside = column >= 0 && column < columns;
    if (isInside && palette.subarray(index * 3, index * 3 + 3).every((part) => part < 60)) dark += 1;
  }
  return dark;
};

/** Each byte of a line is the difference to the one above it. */
const unfiltered = (lines: Buffer, length: number): Buffer => {
  for (let at = length; at < lines.length; at += 1) {
    if (at % length !== 0) lines[at] = (lines[at] ?? 0) + (lines[at - length] ?? 0);
  }
  return lines;
};

const chunk = (png: Buffer, type: string): Buffer => {
  const at = png.indexOf(type, 8, 'latin1');
  return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
};
